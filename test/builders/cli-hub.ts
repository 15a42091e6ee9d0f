import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { Endpoints } from '../../src/shared/api.ts'
import type { Place } from './hub.ts'
import { within } from './within.ts'

const root = join(import.meta.dirname, '../..')

/** A bundled CLI, and what was started from it. */
export interface BuiltCli {
  folder: string
  cli: string
  running: Set<ChildProcess>
  /** Ends what a failed test has left running, and removes the folder. */
  cleanUp(): Promise<void>
}

/**
 * Bundles the CLI as a release is bundled, in a temporary folder of its own, so that tests which run at the same time
 * do not build over each other.
 */
export async function buildCli(): Promise<BuiltCli> {
  const folder = await mkdtemp(join(tmpdir(), 'iot-hub-cli-'))
  for (const name of ['src', 'package.json', 'tsconfig.json']) await symlink(join(root, name), join(folder, name))
  await promisify(execFile)(process.execPath, [join(root, 'esbuild.mjs'), 'cli'], { cwd: folder })
  const running = new Set<ChildProcess>()
  const cleanUp = async (): Promise<void> => {
    for (const child of running) child.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
  return { folder, cli: join(folder, 'dist/cli.js'), running, cleanUp }
}

/** A hub in a process of its own. */
export interface CliHub extends Place {
  child: ChildProcess
  /** What it has said on stderr so far. */
  complaints(): string
  /** Ends it with that signal; resolves with the exit code, or the signal that ended it. */
  end(signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT'): Promise<number | NodeJS.Signals>
}

/** `iot-hub start --json` on free ports; resolves once it has printed its ready line. */
export async function startCli({ folder, cli, running }: BuiltCli, data: string): Promise<CliHub> {
  const ports = ['--mqtt', '--mqtts', '--http', '--https'].flatMap((flag) => [flag, '0'])
  const child = spawn(process.execPath, [cli, 'start', '--json', ...ports, '--data', join(folder, data)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  const ended = once(child, 'exit').then(([code, signal]) => {
    running.delete(child)
    return (code ?? signal) as number | NodeJS.Signals
  })
  let complaints = ''
  child.stderr.on('data', (chunk) => (complaints += String(chunk)))
  const lines = createInterface(child.stdout)
  const ready = new Promise<Endpoints & { event: string }>((resolve, reject) => {
    lines.once('line', (line) => resolve(JSON.parse(line) as Endpoints & { event: string }))
    void ended.then((how) => reject(new Error(`the hub ended with ${how} instead of getting ready: ${complaints}`)))
  })
  const endpoints = await within(ready, 'the ready line', 20_000)
  if (endpoints.event !== 'ready') throw new Error(`the first line is not the ready line: ${JSON.stringify(endpoints)}`)
  return {
    child,
    complaints: () => complaints,
    folder,
    endpoints,
    ca: await readFile(endpoints.ca, 'utf8'),
    end: async (signal) => {
      child.kill(signal)
      return within(ended, `the hub to end after ${signal}`, 10_000)
    },
  }
}
