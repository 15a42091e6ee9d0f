import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { run } from './child.ts'
import { chosenEdition } from './editions.ts'
import { cacheFolder } from './folders.ts'
import { onPath } from './on-path.ts'

const minute = 60_000

/** An installed code-server. */
export interface Program {
  /** Its folder. */
  folder: string
  /** The Node that runs it. */
  node: string
}

/** Puts code-server into the cache unless it is there. Resumes where an earlier try stopped. */
export async function installCodeServer(say: (line: string) => void): Promise<Program> {
  const { version, nodeMajor, natives } = chosenEdition()
  const home = join(cacheFolder(), `code-server-${version}-node${nodeMajor}-${process.platform}-${process.arch}`)
  const server = join(home, 'node_modules', 'code-server')
  const inside = join(server, 'lib', 'vscode')
  const node = nodeOf(nodeMajor, home)
  const program = { folder: server, node }
  if (existsSync(join(home, 'done-ready'))) return program

  mkdirSync(home, { recursive: true })
  const release = await lock(join(home, 'lock'), say)
  try {
    const npmOn = (path: string, cwd: string, ...args: string[]) =>
      run('npm', [...args, '--no-audit', '--no-fund'], { cwd, env: environment(path), timeout: 10 * minute })
    const npm = (cwd: string, ...args: string[]) => npmOn(node, cwd, ...args)
    const step = async (name: string, work: () => Promise<unknown> | void) => {
      const done = join(home, `done-${name}`)
      if (existsSync(done)) return
      say(`code-server ${version}: ${name} …`)
      const from = performance.now()
      await work()
      writeFileSync(done, '')
      say(`code-server ${version}: ${name}, ${((performance.now() - from) / 1000).toFixed(1)} s`)
    }
    writeFileSync(join(home, 'package.json'), '{ "private": true }')
    await step('node', async () => {
      if (node === process.execPath) return
      // Node's own packages of its programs.
      const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
      mkdirSync(nodeFolder(home), { recursive: true })
      writeFileSync(join(nodeFolder(home), 'package.json'), '{ "private": true }')
      await npmOn(process.execPath, nodeFolder(home), 'install', `program@npm:${name}@${nodeMajor}`, '--save-exact')
    })
    await step('download', async () => {
      await npm(home, 'install', `code-server@${version}`, '--ignore-scripts', '--save-exact')
    })
    await step('dependencies', () => npm(inside, 'install', '--omit=dev', '--ignore-scripts'))
    await step('native-modules', () => npm(inside, 'rebuild', ...natives))
    await step('terminal', async () => {
      // Its post-install step is for Electron and fails; what counts is that the module was compiled before, or came
      // so.
      const failure = await npm(inside, 'rebuild', 'node-pty').catch((error: unknown) => error)
      const pty = join(inside, 'node_modules', 'node-pty')
      const places = ['build/Release', `prebuilds/${process.platform}-${process.arch}`]
      if (!places.some((place) => existsSync(join(pty, place, 'pty.node')))) throw failure
    })
    await step('passwords', () => npm(home, 'rebuild', 'argon2'))
    await step('links', () => {
      link('node_modules', join(inside, 'node_modules.asar'))
      if (existsSync(join(inside, 'node_modules', '@vscode', 'ripgrep-universal'))) return
      // The package of ripgrep downloads its program. Without one the editor runs, but finds no files.
      const ripgrep = onPath('rg')
      if (ripgrep === undefined)
        return say('there is no ripgrep on the PATH: findFiles and search will not work in the editor')
      mkdirSync(join(inside, 'node_modules', '@vscode', 'ripgrep', 'bin'), { recursive: true })
      link(ripgrep, join(inside, 'node_modules', '@vscode', 'ripgrep', 'bin', 'rg'))
    })
    await step(
      'ready',
      async () => void (await run(node, ['out/node/entry.js', '--version'], { cwd: server, timeout: minute })),
    )
  } finally {
    release()
  }
  return program
}

const nodeFolder = (home: string): string => join(home, 'node')

/** Our own Node, if it is the right one; else one that is installed beside the editor. */
function nodeOf(major: string, home: string): string {
  if (process.versions.node.split('.')[0] === major) return process.execPath
  return join(nodeFolder(home), 'node_modules', 'program', 'bin', 'node')
}

function link(target: string, path: string): void {
  rmSync(path, { force: true })
  symlinkSync(target, path)
}

/** In which npm runs on this Node. Headers that lie beside that spare node-gyp a download. */
function environment(node: string): NodeJS.ProcessEnv {
  const prefix = dirname(dirname(node))
  const headers = existsSync(join(prefix, 'include', 'node', 'node_api.h'))
  const path = `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}`
  return { ...process.env, PATH: path, ...(headers && { npm_config_nodedir: prefix }) }
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
    else if (Date.now() > deadline)
      throw new Error(`process ${owner} has been installing code-server for ten minutes; if it is not, remove ${file}`)
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
