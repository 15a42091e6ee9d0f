import type { ReportedStatus } from '../../../../src/core/job/model.ts'
import type { DeviceScript, ScriptInput } from '../../../../src/core/seam/device-script.ts'
import { jsonObject } from '../wire/payload.ts'
import { formatTopic, parseTopic } from '../wire/topics.ts'

const WORDS: Record<ReportedStatus, string> = {
  IN_PROGRESS: 'working',
  SUCCEEDED: 'done',
  FAILED: 'failed',
  REJECTED: 'refused',
}

/** A toy that does what it is told. Its token is its name backwards, which open mode takes from a newcomer. */
export const toyScript = (name: string): DeviceScript => ({
  session: { clientId: name, username: `toy:${name}`, password: [...name].reverse().join(''), clean: false },
  subscriptions: [{ filter: formatTopic({ device: name, verb: 'question', question: '+' }), qos: 1 }],
  pushed: true,
  hello: () => [{ topic: formatTopic({ device: name, verb: 'hello' }), payload: '', qos: 1 }],
  read,
  report: ({ id, attempt }, status, progress) => [
    {
      topic: formatTopic({ device: name, verb: 'report', job: id, attempt }),
      payload: JSON.stringify({ status: WORDS[status], progress }),
      qos: 1,
    },
  ],
})

function read(topic: string, payload: Buffer): ScriptInput | undefined {
  const parsed = parseTopic(topic)
  if (parsed?.verb !== 'work') return undefined
  return { type: 'offer', work: { id: parsed.job, attempt: parsed.attempt, document: jsonObject(payload) } }
}
