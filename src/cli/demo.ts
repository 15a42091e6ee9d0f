import type { Hub } from '../hub/hub.ts'
import type { Endpoints, JobView } from '../shared/api.ts'
import { defaultOptions } from '../shared/options.ts'
import { reliable } from '../sim/behavior.ts'
import { SimFleet } from '../sim/fleet.ts'
import { listenerUrl } from './addresses.ts'
import type { DemoInvocation } from './arguments.ts'
import { AwsControl } from './aws-control.ts'
import { avoidTakenPorts, avoidedPorts } from './free-ports.ts'
import { messages } from './messages.ts'
import { endedOf, resultLines } from './progress.ts'
import { readyEvent, readyText } from './ready.ts'
import { runHub, type Tools } from './run-hub.ts'
import { aborted } from './stop-signals.ts'
import { jobName, machineNames, registerMachines, runParameterDocument } from './washing-machines.ts'
import { watchJob } from './watch-job.ts'

const DIALECT = 'aws'
/** About three quarters are online. */
const ONLINE = 0.75
/** The rest comes when so many have ended. */
const LATER_AFTER = 0.25
/** [aws 3.4] Executions a minute when a job says nothing of it. */
const ROLLOUT_PER_MINUTE = 1000
/** Longer than any pause that a rollout makes. */
const STALL_MS = 120_000

/** `iot-hub demo`: a hub, a simulated fleet and one job, live. Returns the exit code. */
export async function demo(invocation: DemoInvocation, tools: Tools): Promise<number> {
  const { output, version } = tools
  const options = await avoidTakenPorts(invocation.options, invocation.chosen)
  return runHub(options, invocation.verbosity, tools, async (hub, endpoints) => {
    output.event(readyEvent(endpoints, options))
    output.say(output.style('bold', messages.demo.hubReady(version)))
    for (const name of avoidedPorts(invocation.options, options)) {
      output.say(
        output.style(
          'yellow',
          messages.demo.portTaken(messages.ready.labels[name], Number(defaultOptions[name]), endpoints[name]),
        ),
      )
    }
    return runFleet(invocation, { ...tools, options }, hub, endpoints)
  })
}

async function runFleet(
  invocation: DemoInvocation,
  tools: Tools & { options: DemoInvocation['options'] },
  hub: Hub,
  endpoints: Endpoints,
): Promise<number> {
  const { output, stopping, version, options } = tools
  const fleet = new SimFleet({
    url: listenerUrl('mqtt', endpoints),
    names: machineNames(invocation.devices),
    script: tools.deviceScriptOf(DIALECT),
    behavior: { ...(tools.pace ?? reliable), odds: { fail: invocation.failOdds, reject: 0, hang: 0 } },
    seed: invocation.seed,
    online: ONLINE,
  })
  try {
    const succeeded = await runJob(invocation, tools, hub, endpoints, fleet)
    if (!invocation.exit && !stopping.aborted) {
      if (!output.json) output.say(readyText(output, version, endpoints, options))
      output.say(messages.demo.stays)
      await Promise.race([aborted(stopping), hub.stopped.catch(() => {})])
      return 0
    }
    // Told to stop before the end: only those who wanted the result have lost something.
    return succeeded || !invocation.exit ? 0 : 1
  } catch (error) {
    if (!stopping.aborted) throw error
    output.say(messages.demo.interrupted)
    return invocation.exit ? 1 : 0
  } finally {
    output.settle()
    output.say(messages.stopping)
    await fleet.stop()
  }
}

/**
 * Registers the machines, connects three quarters, sends the job, connects the rest on the way. Returns whether all
 * succeeded.
 */
async function runJob(
  { devices }: DemoInvocation,
  { output, stopping }: Tools,
  hub: Hub,
  endpoints: Endpoints,
  fleet: SimFleet,
): Promise<boolean> {
  const begun = performance.now()
  const aws = new AwsControl(listenerUrl('http', endpoints), stopping)
  const group = await registerMachines(aws, machineNames(devices), (done) =>
    output.redraw(messages.demo.registering(done, devices)),
  )
  await showing(() => output.redraw(messages.demo.connecting(fleet.online, devices)), fleet.start())
  output.redraw('')
  const online = fleet.online
  output.say(
    online < devices
      ? messages.demo.connected(online, devices, since(begun))
      : messages.demo.allConnected(devices, since(begun)),
  )

  const name = jobName(new Date())
  const started = performance.now()
  await aws.createJob(name, group, runParameterDocument, 'Sets a run parameter on every washing machine')
  output.say(messages.demo.jobCreated(name, runParameterDocument))
  if (devices > ROLLOUT_PER_MINUTE) output.say(messages.demo.paced(Math.ceil(devices / ROLLOUT_PER_MINUTE) - 1))

  const failed = new AbortController()
  let later: Promise<void> | undefined
  const job = await watchJob({
    hub,
    job: `${DIALECT}/${name}`,
    output,
    online: () => fleet.online,
    stallMs: STALL_MS,
    signal: AbortSignal.any([stopping, failed.signal]),
    onLook: (view) => {
      if (later !== undefined || online === devices || endedOf(view) < Math.min(devices * LATER_AFTER, online)) return
      output.say(messages.demo.later(devices - online))
      later = fleet.connectLater()
      // Without them the job cannot end.
      later.catch(() => failed.abort())
    },
  })
  if (!stopping.aborted) await later
  return tellResult(name, job, fleet, { output, stopping }, since(started))
}

function tellResult(
  name: string,
  job: JobView,
  fleet: SimFleet,
  { output, stopping }: Pick<Tools, 'output' | 'stopping'>,
  seconds: string,
): boolean {
  const succeeded = job.status === 'COMPLETED' && job.counts['SUCCEEDED'] === job.planned
  if (stopping.aborted && job.status !== 'COMPLETED') output.say(messages.demo.interrupted)
  else
    output.say(
      output.style(succeeded ? ['bold', 'green'] : ['bold', 'red'], messages.demo.finished(name, job.status, seconds)),
    )
  for (const line of resultLines(job, output)) output.say(line)
  if (fleet.totals.refused > 0) output.complain(messages.error(messages.demo.refused(fleet.totals.refused)))
  output.event({ event: 'result', job: name, status: job.status, planned: job.planned, counts: job.counts, succeeded })
  return succeeded
}

/** Draws while it waits. */
async function showing(draw: () => void, work: Promise<void>): Promise<void> {
  const timer = setInterval(draw, 100)
  try {
    await work
  } finally {
    clearInterval(timer)
  }
}

const since = (start: number): string => `${((performance.now() - start) / 1000).toFixed(1)} s`
