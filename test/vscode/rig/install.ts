import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { run } from './child.ts'
import { cacheFolder } from './folders.ts'
import { onPath } from './on-path.ts'

/** The newest code-server that runs on Node 20; it is VS Code 1.100.3, the oldest that the extension supports. */
const version = '4.100.3'
const nodeMajor = '20'
const minute = 60_000

/** Puts code-server into the cache unless it is there. Resumes where an earlier try stopped. Returns its folder. */
export async function installCodeServer(say: (line: string) => void): Promise<string> {
  const major = process.versions.node.split('.')[0]
  if (major !== nodeMajor) throw new Error(`code-server ${version} needs Node ${nodeMajor}, this is Node ${major}; npm run test:vscode:desktop needs no code-server`)
  const home = join(cacheFolder(), `code-server-${version}-node${nodeMajor}-${process.platform}-${process.arch}`)
  const server = join(home, 'node_modules', 'code-server')
  const inside = join(server, 'lib', 'vscode')
  if (existsSync(join(home, 'done-ready'))) return server

  mkdirSync(home, { recursive: true })
  const release = await lock(join(home, 'lock'), say)
  try {
    const npm = (cwd: string, ...args: string[]) => run('npm', [...args, '--no-audit', '--no-fund'], { cwd, env: environment(), timeout: 10 * minute })
    const step = async (name: string, work: () => Promise<unknown> | void) => {
      const done = join(home, `done-${name}`)
      if (existsSync(done)) return
      say(`code-server ${version}: ${name} …`)
      const from = performance.now()
      await work()
      writeFileSync(done, '')
      say(`code-server ${version}: ${name}, ${((performance.now() - from) / 1000).toFixed(1)} s`)
    }
    await step('download', async () => {
      writeFileSync(join(home, 'package.json'), '{ "private": true }')
      await npm(home, 'install', `code-server@${version}`, '--ignore-scripts', '--save-exact')
    })
    await step('dependencies', () => npm(inside, 'install', '--omit=dev', '--ignore-scripts'))
    await step('native-modules', () => npm(inside, 'rebuild', '@vscode/spdlog', 'native-watchdog', 'kerberos', '@parcel/watcher', '@vscode/deviceid'))
    await step('terminal', async () => {
      // Its post-install step is for Electron and fails; what counts is that the module was compiled before.
      const failure = await npm(inside, 'rebuild', 'node-pty').catch((error: unknown) => error)
      if (!existsSync(join(inside, 'node_modules', 'node-pty', 'build', 'Release', 'pty.node'))) throw failure
    })
    await step('passwords', () => npm(home, 'rebuild', 'argon2'))
    await step('links', () => {
      link('node_modules', join(inside, 'node_modules.asar'))
      // The package of ripgrep downloads its program. Without one the editor runs, but finds no files.
      const ripgrep = onPath('rg')
      if (ripgrep === undefined) return say('there is no ripgrep on the PATH: findFiles and search will not work in the editor')
      mkdirSync(join(inside, 'node_modules', '@vscode', 'ripgrep', 'bin'), { recursive: true })
      link(ripgrep, join(inside, 'node_modules', '@vscode', 'ripgrep', 'bin', 'rg'))
    })
    await step('ready', async () => void (await run(process.execPath, ['out/node/entry.js', '--version'], { cwd: server, timeout: minute })))
  } finally {
    release()
  }
  return server
}

function link(target: string, path: string): void {
  rmSync(path, { force: true })
  symlinkSync(target, path)
}

/** Headers that lie beside this Node spare node-gyp a download. */
function environment(): NodeJS.ProcessEnv {
  const prefix = dirname(dirname(process.execPath))
  return existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? { ...process.env, npm_config_nodedir: prefix } : process.env
}

/** One installer at a time; a lock whose owner has died is taken over. */
async function lock(file: string, say: (line: string) => void): Promise<() => void> {
  const deadline = Date.now() + 10 * minute
  for (let waiting = false; ; waiting = true) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' })
      return () => rmSync(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const owner = Number(existsSync(file) ? readFileSync(file, 'utf8') : 0)
    if (owner > 0 && !alive(owner)) rmSync(file, { force: true })
    else if (Date.now() > deadline) throw new Error(`process ${owner} has been installing code-server for ten minutes; if it is not, remove ${file}`)
    else if (!waiting) say(`waiting for process ${owner}, which is installing code-server`)
    await pause(500)
  }
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
