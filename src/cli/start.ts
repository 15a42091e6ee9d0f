import type { StartInvocation } from './arguments.ts'
import { messages } from './messages.ts'
import { readyEvent, readyText } from './ready.ts'
import { runHub, type Tools } from './run-hub.ts'
import { aborted } from './stop-signals.ts'

/** `iot-hub start`: a hub that runs until it is told to stop. Returns the exit code. */
export function start({ options, talk }: StartInvocation, tools: Tools): Promise<number> {
  const { output, stopping, version } = tools
  return runHub(options, talk, tools, async (_hub, endpoints) => {
    if (!stopping.aborted) {
      output.event(readyEvent(endpoints, options))
      if (!output.json) output.say(readyText(output, version, endpoints, options))
      await aborted(stopping)
    }
    output.settle()
    output.say(messages.stopping)
    return 0
  })
}
