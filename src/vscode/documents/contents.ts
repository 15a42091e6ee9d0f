import type { HubApi } from '../../shared/api.ts'
import { JsonText, writeJson } from '../../shared/json-text.ts'
import type { Subject } from './paths.ts'

/** What the document shows now. NOT_FOUND if it is about nothing. */
export async function contentOf(api: HubApi, subject: Subject): Promise<string> {
  switch (subject.type) {
    case 'twin':
    case 'current':
      return prettyJson((await api.twin(subject.device, subject.name)).document)
    case 'desired':
      return prettyJson((await api.twin(subject.device, subject.name)).desired)
    case 'reported':
      return prettyJson((await api.twin(subject.device, subject.name)).reported)
    case 'jobDocument':
      return (await api.job(subject.job)).document
    case 'jobDetails': {
      const { history: _, document: __, draft, ...view } = await api.job(subject.job)
      return prettyJson(withDates({ ...view, draft }))
    }
    case 'execution':
      return prettyJson(withDates(await api.execution(subject.job, subject.device)))
  }
}

/** As people write it: indented, with a line end. */
export const prettyJson = (value: unknown): string => `${writeJson(value, 2)}\n`

/** Instants as ISO 8601. */
function withDates(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withDates)
  if (typeof value !== 'object' || value === null || value instanceof JsonText) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      isInstant(key, item) ? new Date(item).toISOString() : withDates(item),
    ]),
  )
}

const isInstant = (key: string, value: unknown): value is number =>
  /(^at|At)$/.test(key) && typeof value === 'number' && Math.abs(value) <= 8.64e15
