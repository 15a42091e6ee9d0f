import { createHash } from 'node:crypto'
import type { ReportedStatus } from '../../../core/job/model.ts'
import type { Message } from '../../../core/seam/mqtt.ts'
import type { DeviceScript, ScriptInput, Work } from '../../../core/seam/device-script.ts'
import type { JsonObject } from '../../../core/twin/model.ts'
import { jsonObject } from '../wire/payload.ts'
import { formatTopic, isDownlink, parseTopic, type Uplink } from '../wire/topics.ts'

/** What a device was told to do, as its `Work` carries it. */
interface Told {
  command: string
  /** Of an upgrade, the members of the command. */
  upgrade?: JsonObject
}

/**
 * A simulated device that speaks as the course's SDK. Its name is `{product}/{device}`; one without a product is of
 * product `Sim`. Its secret is its name backwards, which open mode takes from it the first time it connects.
 */
export function courseDeviceScript(name: string): DeviceScript {
  const username = name.includes('/') ? name : `Sim/${name}`
  const [product = '', device = ''] = username.split('/')
  const of = { product, device }
  return {
    session: { clientId: username, username, password: [...username].reverse().join(''), clean: false },
    // The hub subscribes it to its commands, and hands over by itself what waits [iothub 3.3].
    subscriptions: [],
    hello: () => [],
    pushed: true,
    read,
    report: (work, status, progress) => {
      const say = (topic: Uplink, content: JsonObject | string): Message => {
        const payload = typeof content === 'string' ? content : JSON.stringify(content)
        return { topic: formatTopic(topic), payload, qos: 1 }
      }
      const { command, upgrade } = work.document as Told
      const messageId = (about: string): string => idOf(username, work, about)
      if (upgrade === undefined) {
        // There is no word for a command under way, nor for one that failed: it stays unanswered.
        if (status !== 'SUCCEEDED') return []
        return [say({ kind: 'cmd_resp', ...of, command, requestId: work.id, messageId: messageId('response') }, 'ok')]
      }
      const { version, type } = upgrade
      const said = {
        ...(version !== undefined && { version }),
        ...(type !== undefined && { type }),
        ...progressOf(status, progress),
      }
      const messages = [say({ kind: 'update_ota_status', ...of, messageId: messageId(`${status} ${progress}`) }, said)]
      // [iothub 8] Only what it runs tells that firmware is in.
      if (status === 'SUCCEEDED')
        messages.push(say({ kind: 'update_status', ...of, messageId: messageId('runs') }, { firmware_ver: version }))
      return messages
    },
  }
}

/** A command for it or for a tag of its own is work; the system's other commands are not. */
function read(topic: string, payload: Buffer): ScriptInput | undefined {
  const parsed = parseTopic(topic)
  if (parsed === undefined || !isDownlink(parsed) || parsed.kind === 'rpc') return undefined
  const { command, requestId: id } = parsed
  if (command === '$ota_upgrade' || command === 'ota_upgrade') {
    const upgrade = jsonObject(payload)
    return upgrade === undefined
      ? undefined
      : { type: 'offer', work: { id, document: { command, upgrade } satisfies Told, attempt: 1 } }
  }
  return command.startsWith('$')
    ? undefined
    : { type: 'offer', work: { id, document: { command } satisfies Told, attempt: 1 } }
}

/** Progress and its description as the SDK words them [iothub 8]. */
function progressOf(status: ReportedStatus, progress: number): JsonObject {
  if (status === 'FAILED') return { progress: -3, desc: 'install error' }
  return status === 'REJECTED' ? { progress: -4, desc: 'error' } : { progress, desc: 'download' }
}

/** The same report has the same id, so that the hub sees a repetition for what it is. */
const idOf = (username: string, { id, attempt }: Work, about: string): string =>
  createHash('sha256').update(`${username} ${id} ${attempt} ${about}`).digest('hex').slice(0, 24)
