import { spawn } from 'node:child_process'

/** One line that a program on an SDK has said. */
interface Said {
  event: string
  value: unknown
}

const PATIENCE_MS = 90_000

/** Runs a program that prints JSON lines; rejects with what it complained of if it fails or takes longer than 90 s. */
export async function run(command: string, args: string[], cwd?: string): Promise<Map<string, unknown>> {
  const child = spawn(command, args, { ...(cwd !== undefined && { cwd }), stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let complaints = ''
  child.stdout.on('data', (chunk) => (out += String(chunk)))
  child.stderr.on('data', (chunk) => (complaints += String(chunk)))
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
  const how = await new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? signal))
  }).finally(() => clearTimeout(timer))
  if (how !== 0) throw new Error(`${command} ${args[0]} ended with ${how}\n${complaints}\n${out}`)
  const lines = out.split('\n').filter((line) => line.startsWith('{'))
  return new Map(lines.map((line) => JSON.parse(line) as Said).map(({ event, value }) => [event, value]))
}
