import { spawn, type ChildProcess } from 'node:child_process'
import { endWithUs, signalGroup } from './leavings.ts'

interface StartOptions {
  cwd: string
  env?: NodeJS.ProcessEnv
}

export interface Child {
  process: ChildProcess
  /** The last 20,000 characters of what it said, on both streams. */
  output(): string
  /** Its exit code, null if a signal ended it; rejects if it could not be started. */
  ended: Promise<number | null>
  /** Ends it and all its children: politely, after 5 seconds by force. */
  stop(): Promise<void>
}

/** Starts a process as the leader of its own group, so that its children can be ended with it. */
export function start(command: string, args: readonly string[], { cwd, env = process.env }: StartOptions): Child {
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const { pid } = child
  const callOff = pid === undefined ? undefined : endWithUs(pid)
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-20_000)))
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`cannot start ${command}: ${error.message}`)))
    child.once('close', resolve)
  })
  ended.catch(() => undefined)
  return {
    process: child,
    output: () => said,
    ended,
    async stop() {
      if (pid === undefined) return
      signalGroup(pid, 'SIGTERM')
      const late = setTimeout(() => signalGroup(pid, 'SIGKILL'), 5_000)
      await ended.catch(() => undefined)
      clearTimeout(late)
      signalGroup(pid, 'SIGKILL')
      callOff?.()
    },
  }
}

/** Runs a process to its end. Rejects with its last words if it fails or takes longer than `timeout` milliseconds. */
export async function run(
  command: string,
  args: readonly string[],
  { timeout, ...options }: StartOptions & { timeout: number },
): Promise<string> {
  const child = start(command, args, options)
  let late = false
  const timer = setTimeout(() => {
    late = true
    void child.stop()
  }, timeout)
  const code = await child.ended.finally(() => clearTimeout(timer))
  await child.stop()
  if (late) throw new Error(`${[command, ...args].join(' ')} took longer than ${timeout / 1000} s\n${child.output()}`)
  if (code !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${code}\n${child.output()}`)
  return child.output()
}
