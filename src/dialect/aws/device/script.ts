import { parseJson } from '../../../core/json-text.ts'
import { isObject } from '../../../core/twin/json.ts'
import type { DeviceScript, ScriptInput, Work } from '../../../core/seam/device-script.ts'
import { formatJobsTopic, notifyNextTopic } from '../jobs/topics.ts'

const ANSWER = /\/jobs\/(?:(start-next)|([a-zA-Z0-9_-]{1,64})\/update)\/(accepted|rejected)$/
/** The hub has taken the work back, or given it up: nothing that could be reported again. */
const GONE = new Set(['InvalidStateTransition', 'ResourceNotFound'])

/**
 * A thing that behaves as FreeRTOS does: it subscribes to `notify-next` alone and relies on the answers to its own
 * requests coming unasked [aws 2.1]. A clean session, so it asks with `start-next` whenever it connects.
 */
export function awsDeviceScript(name: string): DeviceScript {
  const next = notifyNextTopic(name)
  const startNext = formatJobsTopic({ thing: name, operation: 'start-next' })
  return {
    session: { clientId: name, clean: true },
    subscriptions: [{ filter: next, qos: 1 }],
    hello: () => [{ topic: startNext, payload: '{}', qos: 1 }],
    read(topic, payload) {
      if (topic === next) return readOffer(payload)
      const [, start, job, outcome] = ANSWER.exec(topic) ?? []
      if (start !== undefined) return outcome === 'accepted' ? readOffer(payload) : undefined
      if (job === undefined) return undefined
      return outcome === 'accepted' ? { type: 'accepted', work: job } : readRefusal(job, payload)
    },
    report: ({ id, attempt }, status, progress) => [
      {
        topic: formatJobsTopic({ thing: name, operation: 'update', job: id }),
        payload: JSON.stringify({
          status,
          statusDetails: { progress: `${Math.round(progress)}%` },
          executionNumber: attempt,
        }),
        qos: 1,
      },
    ],
  }
}

function readOffer(payload: Buffer): ScriptInput | undefined {
  const execution = parse(payload)?.['execution']
  if (execution === undefined) return { type: 'idle' }
  if (!isObject(execution)) return undefined
  const work = workOf(execution)
  return work === undefined ? { type: 'idle' } : { type: 'offer', work }
}

function workOf({ jobId, jobDocument, executionNumber }: { [key: string]: unknown }): Work | undefined {
  if (typeof jobId !== 'string' || typeof executionNumber !== 'number') return undefined
  return { id: jobId, document: jobDocument, attempt: executionNumber }
}

function readRefusal(work: string, payload: Buffer): ScriptInput {
  const { code, message } = parse(payload) ?? {}
  return GONE.has(String(code))
    ? { type: 'withdrawn', work }
    : { type: 'refused', work, reason: `${String(code)}: ${String(message)}` }
}

function parse(payload: Buffer): { [key: string]: unknown } | undefined {
  try {
    const value: unknown = parseJson(payload.toString())
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
