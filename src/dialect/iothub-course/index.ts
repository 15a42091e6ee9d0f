import type { DomainEvent } from '../../core/events.ts'
import type { ExecutionStatus } from '../../core/job/model.ts'
import type { Context, Dialect } from '../dialect.ts'
import { capability } from './capability.ts'
import { disconnectAll } from './mqtt/clients.ts'
import { executionQueued, executionWithdrawn, jobCreated, workDue } from './jobs/delivery.ts'
import { removed, suspended } from './registry/devices.ts'
import { enrolment } from './device/enrolment.ts'
import { http } from './http/front.ts'
import { jobFront } from './jobs/front.ts'
import { mqtt } from './mqtt/front.ts'
import { forgetCallers, rpcEvent } from './commands/rpc.ts'
import { shadowEvent, twins } from './twin/shadow.ts'
import { actions } from './commands/actions.ts'
import { services } from './auth/service.ts'
import { examples } from './examples.ts'
import { membershipChanged } from './registry/tags.ts'
import { tokenKeys } from './auth/token-key.ts'
import { DIALECT } from './wire/names.ts'

/** The open IotHub of the course 《MQTT实战》: the smallest dialect, and the one to copy. */
export const iothubCourse: Dialect = {
  name: DIALECT,
  title: 'IotHub (course)',
  capability,
  // [iothub 2] Devices connect with clean:false and find everything that was sent to them.
  limits: { sessionMs: Infinity, payloadBytes: 512 * 1024 },
  mqtt,
  http,
  ports: [{ port: 3000, listener: 'http', because: 'the samples of the course call http://127.0.0.1:3000' }],
  jobs: jobFront,
  enrolment,
  services,
  actions,
  twins,
  keys: tokenKeys,
  examples,
  onEvent,
  onStart,
}

/** Ends that the device has no part in. */
const CALLED_OFF: ReadonlySet<ExecutionStatus> = new Set<ExecutionStatus>(['CANCELED', 'REMOVED', 'TIMED_OUT'])

function onEvent(ctx: Context, event: DomainEvent): void {
  switch (event.type) {
    case 'device.updated':
      return event.before.enabled && !event.device.enabled ? suspended(ctx, event.device) : undefined
    case 'device.deleted':
      return removed(ctx, event.device)
    case 'group.joined':
    case 'group.left':
      return membershipChanged(ctx, event.group, ctx.engine.devices.get(event.device))
    case 'job.created':
      return jobCreated(ctx, event.job)
    case 'execution.queued':
      return executionQueued(ctx, event.execution)
    case 'upgrade.due':
      return workDue(ctx, event.execution)
    case 'execution.changed':
      return CALLED_OFF.has(event.execution.status) ? executionWithdrawn(ctx, event.execution) : undefined
    case 'execution.deleted':
      return executionWithdrawn(ctx, event.execution)
    case 'twin.updated':
      return shadowEvent(ctx, event)
    case 'command.due':
    case 'command.ended':
      return rpcEvent(ctx, event)
  }
}

/** A client that was connected to the hub before is not connected to this one. */
function onStart(ctx: Context): void {
  disconnectAll(ctx)
  forgetCallers(ctx)
}
