import type { DomainEvent } from '../../../src/core/events.ts'
import type { ExecutionStatus } from '../../../src/core/job/model.ts'
import type { Context, Dialect } from '../../../src/dialect/dialect.ts'
import { keys } from './auth/key.ts'
import { services } from './auth/service.ts'
import { capability } from './capability.ts'
import { expired, forgetMail, wakeForMail, post } from './commands/mail.ts'
import { postOffice } from './commands/post-office.ts'
import { forgetQuestions, questionEvent } from './commands/questions.ts'
import { enrolment } from './device/enrolment.ts'
import { examples } from './examples.ts'
import { http } from './http/front.ts'
import { calledOff, queued } from './jobs/delivery.ts'
import { jobs } from './jobs/front.ts'
import { mqtt } from './mqtt/front.ts'
import { removed } from './registry/devices.ts'
import { tellWish, twins } from './twin/twin.ts'

const DAY = 24 * 60 * 60_000

/** Toyland, a made-up cloud: it uses what no real cloud does yet, so that no member of the contract is unused. */
export const toy: Dialect = {
  name: 'toy',
  title: 'Toyland',
  capability,
  limits: { sessionMs: 7 * DAY, messageMs: DAY, payloadBytes: 64 * 1024 },
  webSocketPaths: ['/toyland/mqtt'],
  serverNames: ['toyland.example'],
  options: [
    { name: 'loudest', title: 'Loudest', about: 'no tune is louder', type: 'number', default: 10, least: 0, most: 10 },
    { name: 'silent', title: 'Silent', about: 'toys are told no tunes at all', type: 'flag', default: false },
  ],
  mqtt,
  http,
  protocols: [postOffice],
  ports: (['mqtt', 'mqtts'] as const).map((listener) => ({
    port: 4243,
    listener,
    because: 'toys dial it, with TLS or without',
  })),
  jobs,
  enrolment,
  services,
  actions: [
    {
      id: 'mail',
      title: 'Send a letter',
      input: [{ name: 'text', title: 'Text', about: 'what it says', type: 'text', default: 'Hello' }],
      run(ctx, { key }, { text }) {
        post(ctx, key, String(text))
        return 'The letter is on its way.'
      },
    },
  ],
  twins,
  keys,
  examples,
  onEvent,
  onStart,
  onWake: expired,
}

function onStart(ctx: Context): void {
  forgetQuestions(ctx)
  wakeForMail(ctx)
}

/** Ends that the toy has no part in. */
const CALLED_OFF: ReadonlySet<ExecutionStatus> = new Set<ExecutionStatus>(['CANCELED', 'REMOVED', 'TIMED_OUT'])

function onEvent(ctx: Context, event: DomainEvent): void {
  switch (event.type) {
    case 'device.deleted':
      forgetMail(ctx, event.device.key)
      return removed(ctx, event.device)
    case 'execution.queued':
      return queued(ctx, event.execution)
    case 'execution.changed':
      return CALLED_OFF.has(event.execution.status) ? calledOff(ctx, event.execution) : undefined
    case 'execution.deleted':
      return calledOff(ctx, event.execution)
    case 'twin.updated':
      return event.patch.desired === undefined ? undefined : tellWish(ctx, event.twin.device)
    case 'command.due':
    case 'command.ended':
      return questionEvent(ctx, event)
  }
}
