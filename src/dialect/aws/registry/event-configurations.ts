import type { Instant } from '../../../core/clock.ts'
import type { Context, Route } from '../../dialect.ts'
import { operation, readBody, type Call } from '../wire/route.ts'
import { floatSeconds } from '../jobs/shapes.ts'
import { say, verbatim } from '../../../core/said.ts'

/** The kinds of event AWS IoT can be told to publish [aws 4.2]. */
const EVENT_TYPES = [
  ...([
    'THING',
    'THING_GROUP',
    'THING_TYPE',
    'THING_GROUP_MEMBERSHIP',
    'THING_GROUP_HIERARCHY',
    'THING_TYPE_ASSOCIATION',
  ] as const),
  ...(['JOB', 'JOB_EXECUTION', 'POLICY', 'CERTIFICATE', 'CA_CERTIFICATE'] as const),
] as const

export type EventType = (typeof EVENT_TYPES)[number]

interface Switches {
  enabled: Partial<Record<EventType, boolean>>
  createdAt: Instant
  updatedAt: Instant
}

/** DEVIATION: AWS has all of them off; job events are on here, because people look for them [aws 2.10]. */
const ON_AT_FIRST: ReadonlySet<EventType> = new Set<EventType>(['JOB', 'JOB_EXECUTION'])

/** The hub has nothing to say about these, on or off. */
const SILENT: ReadonlySet<EventType> = new Set<EventType>(['POLICY', 'CERTIFICATE', 'CA_CERTIFICATE'])

const switchesOf = (ctx: Pick<Context, 'own'>): Switches | undefined =>
  ctx.own<Switches>('event-configurations').get(KEY)
const KEY = 'account'

/** Whether events of this kind are to be published. */
export const eventsEnabled = (ctx: Pick<Context, 'own'>, type: EventType): boolean =>
  switchesOf(ctx)?.enabled[type] ?? ON_AT_FIRST.has(type)

export const eventConfigurationRoutes: Route[] = [
  operation('DescribeEventConfigurations', 'GET', '/event-configurations', describe),
  operation('UpdateEventConfigurations', 'PATCH', '/event-configurations', update),
]

function describe({ ctx }: Call): object {
  const switches = switchesOf(ctx)
  return {
    eventConfigurations: Object.fromEntries(EVENT_TYPES.map((type) => [type, { Enabled: eventsEnabled(ctx, type) }])),
    ...(switches !== undefined && {
      creationDate: floatSeconds(switches.createdAt),
      lastModifiedDate: floatSeconds(switches.updatedAt),
    }),
  }
}

/** Kinds that are not named stay as they are. */
function update(call: Call): object {
  const { ctx } = call
  const wanted = readBody(call, ['eventConfigurations']).fields('eventConfigurations')
  const enabled: Switches['enabled'] = { ...switchesOf(ctx)?.enabled }
  const unknown = wanted?.unknown(EVENT_TYPES)[0]
  if (wanted !== undefined && unknown !== undefined)
    throw wanted.refuse(unknown, say`must be one of ${EVENT_TYPES.join(', ')}`)
  for (const type of EVENT_TYPES) {
    const on = wanted?.fields(type)?.boolean('Enabled')
    if (on === undefined) continue
    if (on && SILENT.has(type)) ctx.ignored(verbatim(`UpdateEventConfigurations.${type}`))
    enabled[type] = on
  }
  ctx
    .own<Switches>('event-configurations')
    .set(KEY, { enabled, createdAt: switchesOf(ctx)?.createdAt ?? ctx.now, updatedAt: ctx.now })
  return {}
}
