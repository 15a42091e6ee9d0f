import { keyOf } from '../../../../src/core/ids.ts'
import type { Connection, Incoming, PublishVerdict, SubscribeVerdict } from '../../../../src/core/seam/mqtt.ts'
import type { Fulfilled } from '../../../../src/core/seam/needs.ts'
import type { Context, MqttFront, PublishDecision } from '../../../../src/dialect/dialect.ts'
import { authenticate, credential, recognize, session, wanted } from '../auth/connect.ts'
import { delivered, deliverAll } from '../commands/mail.ts'
import { answered, reachable } from '../commands/questions.ts'
import { handOverAll, reported } from '../jobs/delivery.ts'
import { stateReported, tellWish } from '../twin/twin.ts'
import { nameIn } from '../wire/names.ts'
import { formatTopic, isAboutFile, parseTopic, type ToyTopic } from '../wire/topics.ts'
import { fileAnswer, fileNeeds } from './files.ts'

/** Topics of all toys. */
const FAIR = 'fair/'
const SELF = 'toy/-/'

/** Toys on MQTT. */
export const mqtt: MqttFront = {
  recognize,
  wanted,
  session,
  credential,
  authenticate,
  onConnected,
  authorizeSubscribe,
  reachable,
  onPublish,
  onFulfilled,
  onAcknowledged: (ctx, _, track) => delivered(ctx, track),
}

function onConnected(ctx: Context, connection: Connection): void {
  const device = keyOf('toy', nameIn(connection))
  deliverAll(ctx, connection)
  handOverAll(ctx, device, 'QUEUED')
}

/** What is for itself only, and the fair. */
function authorizeSubscribe(_: Context, connection: Connection, filter: string, qos: 0 | 1 | 2): SubscribeVerdict {
  const own = `toy/${nameIn(connection)}/`
  const grant = qos === 0 ? 0 : 1
  if (filter.startsWith(FAIR) || filter.startsWith(own)) return { grant }
  // The toy whose connection it is, as in what it says.
  if (filter.startsWith(SELF)) return { grant, filter: own + filter.slice(SELF.length) }
  return { refuse: `a toy hears ${own}… only` }
}

function onPublish(ctx: Context, connection: Connection, { topic, payload }: Incoming): PublishDecision {
  const own = nameIn(connection)
  if (topic.startsWith(FAIR)) return { route: 'forward' }
  const parsed = parseTopic(topic)
  if (parsed === undefined) return dropped('it is no topic of Toyland')
  if (parsed.device !== '-' && parsed.device !== own) return dropped(`it is a topic of ${parsed.device}`)
  if (isAboutFile(parsed)) {
    const needs = fileNeeds(ctx, { ...parsed, device: own }, payload)
    return typeof needs === 'string' ? dropped(needs) : { route: 'fetch', needs }
  }
  const fault = heard(ctx, connection, { ...parsed, device: own }, payload)
  if (fault !== undefined) return dropped(fault)
  if (parsed.verb !== 'note') return { route: 'consume' }
  return { route: 'forward', topic: formatTopic({ device: own, verb: 'note' }) }
}

/** The file has been read or written. */
function onFulfilled(ctx: Context, connection: Connection, { topic }: Incoming, done: Fulfilled): PublishVerdict {
  const parsed = parseTopic(topic)
  if (parsed === undefined || !isAboutFile(parsed)) return dropped('it needed no file')
  const fault = fileAnswer(ctx, connection, { ...parsed, device: nameIn(connection) }, done)
  return fault === undefined ? { route: 'consume' } : dropped(fault)
}

/** Returns why it is not heard, if it is not. */
function heard(ctx: Context, connection: Connection, topic: ToyTopic, payload: Buffer): string | undefined {
  const device = keyOf('toy', topic.device)
  switch (topic.verb) {
    case 'hello':
      // A new session has lost what was on its way to the last one.
      if (connection.request.clean) handOverAll(ctx, device, 'SENT')
      return tellWish(ctx, device)
    case 'state':
      return stateReported(ctx, device, payload)
    case 'report':
      return reported(ctx, device, topic, payload)
    case 'answer':
      return void answered(ctx, device, topic.question, payload)
    case 'note':
      return void ctx.engine.telemetry.record(ctx.turn, device, 'note', payload)
    default:
      return 'only Toyland says that'
  }
}

const dropped = (reason: string): PublishVerdict => ({ route: 'drop', reason })
