import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { run, start } from './child.ts'
import { vsix } from './folders.ts'
import type { Program } from './install.ts'
import { temporaryFolder } from './leavings.ts'

export interface ServerOptions {
  program: Program
  /** User settings beside the rig's own. */
  settings?: Record<string, unknown>
  /** Given to the server and so to the extension host. */
  env?: Record<string, string>
  /**
   * Of the editor's user, as `zh-cn`. The editor itself keeps its English words; extensions speak this language where
   * they know it.
   */
  language?: string
  /** Ask whether folders are trusted, as a user's editor does; default no. */
  trust?: boolean
}

export interface Server {
  /** `127.0.0.1:PORT`. */
  authority: string
  /** A folder that a window can open; empty at first. */
  workspace: string
  /** Folder of the extension, installed from the VSIX. */
  extension: string
  /**
   * Changes settings of the workspace while the editor runs; code-server takes notice of the user's at a reload only.
   */
  changeSettings(settings: Record<string, unknown>): void
  /** Warnings and errors of the extension hosts so far, and whatever they say of our extension. */
  hostLog(): string
  /** Copies all logs into a folder. */
  saveLogs(folder: string): void
  stop(): Promise<void>
}

const quiet = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'telemetry.telemetryLevel': 'off',
  'window.dialogStyle': 'custom',
  'files.simpleDialog.enable': true,
  'extensions.ignoreRecommendations': true,
  'chat.commandCenter.enabled': false,
  'git.enabled': false,
  'remote.autoForwardPorts': false,
  'window.autoDetectColorScheme': false,
}

/** Installs the VSIX into an editor of its own and starts that, everything in a temporary folder, on a free port. */
export async function startServer({
  program,
  settings = {},
  env = {},
  language,
  trust = false,
}: ServerOptions): Promise<Server> {
  if (!existsSync(vsix)) throw new Error(`there is no ${vsix}: run npm run package first`)
  const { path: home, remove } = temporaryFolder('iot-hub-editor-')
  const folder = (name: string) => {
    mkdirSync(join(home, name), { recursive: true })
    return join(home, name)
  }
  const [user, extensions, workspace] = [folder('user'), folder('extensions'), folder('workspace')]
  const own = ['--user-data-dir', user, '--extensions-dir', extensions, '--config', join(home, 'config.yaml')]
  const places = {
    XDG_CONFIG_HOME: folder('config'),
    XDG_DATA_HOME: folder('data'),
    XDG_RUNTIME_DIR: home,
    TMPDIR: folder('tmp'),
  }
  const options = { cwd: program.folder, env: { ...cleanEnvironment(), ...places, EXTENSIONS_GALLERY: '{}', ...env } }
  const entry = join(program.folder, 'out', 'node', 'entry.js')
  writeFileSync(join(folder('user/User'), 'settings.json'), JSON.stringify({ ...quiet, ...settings }, null, 2))
  const workspaceSettings = join(folder('workspace/.vscode'), 'settings.json')
  let changed: Record<string, unknown> = {}
  writeFileSync(join(home, 'config.yaml'), '')
  if (language !== undefined) installLanguage(language, user)

  try {
    await run(program.node, [entry, ...own, '--install-extension', vsix], { ...options, timeout: 60_000 })
    const installed = readdirSync(extensions).find((name) => name.startsWith('local-iot-hub.'))
    if (installed === undefined)
      throw new Error('code-server says that it installed the VSIX, but there is nothing in its extensions folder')
    const quieter = [
      '--disable-telemetry',
      '--disable-update-check',
      '--disable-getting-started-override',
      ...(trust ? [] : ['--disable-workspace-trust']),
      ...(language === undefined ? [] : ['--locale', language]),
    ]
    const child = start(
      program.node,
      [entry, ...own, '--auth', 'none', '--bind-addr', '127.0.0.1:0', ...quieter],
      options,
    )
    const port = await listening(child).catch(async (error: unknown) => {
      await child.stop()
      throw error
    })
    const logs = join(user, 'logs')
    return {
      authority: `127.0.0.1:${port}`,
      workspace,
      extension: join(extensions, installed),
      changeSettings(settings) {
        changed = { ...changed, ...settings }
        writeFileSync(workspaceSettings, JSON.stringify(changed, null, 2))
      },
      hostLog: () =>
        hostLines(logs)
          .filter((line) => /\[(error|warning)\]|local-iot-hub/.test(line))
          .join('\n'),
      saveLogs(to) {
        if (existsSync(logs)) cpSync(logs, join(to, 'logs'), { recursive: true })
        writeFileSync(join(to, 'code-server.log'), child.output())
      },
      async stop() {
        await child.stop()
        remove()
      },
    }
  } catch (error) {
    remove()
    throw error
  }
}

/** A language pack that knows the language and not one word of the editor's own: those are not ours to test. */
function installLanguage(language: string, user: string): void {
  const words = join(user, 'words.json')
  writeFileSync(words, JSON.stringify({ version: '1.0.0', contents: {} }))
  const extensions = [{ extensionIdentifier: { id: 'local-iot-hub-test.language' }, version: '1.0.0' }]
  writeFileSync(
    join(user, 'languagepacks.json'),
    JSON.stringify({ [language]: { hash: 'test', label: language, extensions, translations: { vscode: words } } }),
  )
}

async function listening(child: ReturnType<typeof start>): Promise<string> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await pause(50)) {
    const port = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(child.output())?.[1]
    if (port !== undefined) return port
    if (child.process.exitCode !== null) break
  }
  throw new Error(`code-server did not start within a minute, or ended\n${child.output()}`)
}

/** An editor whose terminal runs the rig must not take our server for a client of its own. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(VSCODE_|CODE_SERVER_|ELECTRON_|NODE_OPTIONS$|PASSWORD$|PORT$)/.test(name),
    ),
  )
}

function hostLines(folder: string): string[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => /exthost\d*\/.*\.log$/.test(name))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
}
