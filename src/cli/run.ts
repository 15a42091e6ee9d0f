import { readArguments, type Invocation } from './arguments.ts'
import { call } from './call.ts'
import { demo } from './demo.ts'
import { helpText } from './help.ts'
import { messages } from './messages.ts'
import { Output, type Sink } from './output.ts'
import type { Tools } from './run-hub.ts'
import { start } from './start.ts'
import { UsageError } from './usage-error.ts'

export interface RunOptions extends Omit<Tools, 'output'> {
  args: readonly string[]
  env: Readonly<Record<string, string | undefined>>
  stdout: Sink
  stderr: Sink
}

/** Runs one command line. Returns the exit code: 0 well, 1 failed, 2 not understood. */
export async function run(options: RunOptions): Promise<number> {
  const { args, env, stdout, stderr, version } = options
  let invocation: Invocation
  try {
    invocation = readArguments(args, env)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    stderr.write(`${messages.error(error.message)}\n`)
    return 2
  }
  if (invocation.command === 'help') stdout.write(helpText(invocation.about))
  else if (invocation.command === 'version') stdout.write(`${version}\n`)
  else {
    const output = new Output({ stdout, stderr, env, ...invocation.verbosity })
    const tools = { ...options, output }
    if (invocation.command === 'call') return call(invocation, output)
    return invocation.command === 'start' ? start(invocation, tools) : demo(invocation, tools)
  }
  return 0
}
