import type { StartInvocation } from './arguments.ts'
import { messages } from './messages.ts'
import { readyEvent, readyText } from './ready.ts'
import { runHub, type Tools } from './run-hub.ts'
import { aborted } from './stop-signals.ts'

/** `iot-hub start`: a hub that runs until it is told to stop. Returns the exit code. */
export function start({ options, verbosity: verbosity }: StartInvocation, tools: Tools): Promise<number> {
  const { output, stopping, version } = tools
  return runHub(options, verbosity, tools, async (hub, endpoints) => {
    if (!stopping.aborted) {
      output.event(readyEvent(endpoints, options))
      if (!output.json) output.say(readyText(output, version, endpoints, options))
      // It may also be told to stop by its API; how that went is heard when it is stopped below.
      await Promise.race([aborted(stopping), hub.stopped.catch(() => {})])
    }
    output.settle()
    output.say(messages.stopping)
    return 0
  })
}
