import type { TwinWord } from '../../shared/api.ts'
import { dialectOf, keyOf, nameOf } from '../../shared/keys.ts'

/** What a document of the scheme `local-iot-hub` is about. All but twins are to be read only. */
export type Subject =
  /** The whole of it, called as its cloud calls it. */
  | { type: 'twin'; word: TwinWord; device: string; name?: string }
  | { type: TwinView; device: string; name?: string }
  | { type: 'jobDocument' | 'jobDetails'; job: string }
  | { type: 'execution'; job: string; device: string }

export const scheme = 'local-iot-hub'

const views = ['current', 'desired', 'reported'] as const
type TwinView = (typeof views)[number]

const words: readonly TwinWord[] = ['shadow', 'twin']

/** A key as one or two segments of a path; names may hold slashes. */
const segments = (key: string) => `${encodeURIComponent(dialectOf(key))}/${encodeURIComponent(nameOf(key))}`

const keyIn = (dialect: string, name: string) => keyOf(decodeURIComponent(dialect), decodeURIComponent(name))

/** `/devices/<key>/shadow[.name].json`, `/jobs/<key>/document.json`, `/jobs/<key>/executions/<device key>.json` … */
export function pathOf(subject: Subject): string {
  switch (subject.type) {
    case 'twin':
    case 'current':
    case 'desired':
    case 'reported': {
      const file = subject.type === 'twin' ? subject.word : subject.type
      return `/devices/${segments(subject.device)}/${file}${subject.name === undefined ? '' : `.${encodeURIComponent(subject.name)}`}.json`
    }
    case 'jobDocument':
      return `/jobs/${segments(subject.job)}/document.json`
    case 'jobDetails':
      return `/jobs/${segments(subject.job)}/details.json`
    case 'execution':
      return `/jobs/${segments(subject.job)}/executions/${segments(subject.device)}.json`
  }
}

/** The other way; `undefined` for a path that names nothing. */
export function parsePath(path: string): Subject | undefined {
  try {
    return parse(path)
  } catch {
    // Broken percent-encoding.
    return undefined
  }
}

function parse(path: string): Subject | undefined {
  const device = /^\/devices\/([^/]+)\/([^/]+)\/(\w+)(?:\.([^/]+))?\.json$/.exec(path)
  if (device !== null) {
    const [, dialect = '', name = '', file, twin] = device
    const of = { device: keyIn(dialect, name), ...(twin !== undefined && { name: decodeURIComponent(twin) }) }
    const word = words.find((known) => known === file)
    if (word !== undefined) return { type: 'twin', word, ...of }
    const type = views.find((known) => known === file)
    return type && { type, ...of }
  }
  const job = /^\/jobs\/([^/]+)\/([^/]+)\/(?:(document|details)|executions\/([^/]+)\/([^/]+))\.json$/.exec(path)
  if (job === null) return undefined
  const [, dialect = '', name = '', file, onDialect, onDevice] = job
  const key = keyIn(dialect, name)
  if (onDialect !== undefined && onDevice !== undefined)
    return { type: 'execution', job: key, device: keyIn(onDialect, onDevice) }
  return { type: file === 'document' ? 'jobDocument' : 'jobDetails', job: key }
}

/** Whether what the document shows may be another after this change. */
export function isAffectedBy(
  subject: Subject,
  change: { type: string; key?: string; job?: string; device?: string },
): boolean {
  switch (subject.type) {
    case 'twin':
    case 'current':
    case 'desired':
    case 'reported':
      return change.type === 'device' && change.key === subject.device
    case 'jobDocument':
      return change.type === 'job' && change.key === subject.job
    case 'jobDetails':
      return (
        (change.type === 'job' && change.key === subject.job) ||
        (change.type === 'execution' && change.job === subject.job)
      )
    case 'execution':
      return change.type === 'execution' && change.job === subject.job && change.device === subject.device
  }
}
