import {
  Disposable,
  EventEmitter,
  FileDecoration,
  type FileDecorationProvider,
  type ThemeColor,
  type Uri,
} from 'vscode'
import type { Change, HubApi } from '../../shared/api.ts'
import { Batcher } from '../batcher.ts'
import type { Host } from '../host.ts'
import { deviceState, executionState, jobState, type StateDisplay } from '../tree/states.ts'
import { parsePath, scheme, type Subject } from './paths.ts'

/** Stands for everything. */
const all = ''

/** More documents than these are decorated anew with all others: VS Code takes no more at once. */
const many = 200

/**
 * Marks documents and their items in the trees with the state of what they are about: its letter, its word and its
 * color.
 */
export class Decorations implements FileDecorationProvider {
  readonly #changed = new EventEmitter<Uri[] | undefined>()
  readonly onDidChangeFileDecorations = this.#changed.event
  /** What the editor has asked for, by what it depends on. */
  readonly #asked = new Map<string, Map<string, Uri>>()
  readonly #batcher = new Batcher<string>(async (topics) => this.#tell(topics), 300)
  readonly #registrations: Disposable
  #api: HubApi | undefined

  constructor(private readonly host: Host) {
    this.#registrations = Disposable.from(
      this.#changed,
      this.#batcher,
      host.onChange((change) => {
        for (const topic of topicsOf(change)) if (topic === all || this.#asked.has(topic)) this.#batcher.add(topic)
      }),
      host.onState(() => {
        const api = host.api()
        if (api !== this.#api) this.#batcher.add(all)
        this.#api = api
      }),
    )
  }

  async provideFileDecoration(uri: Uri): Promise<FileDecoration | undefined> {
    const subject = uri.scheme === scheme ? parsePath(uri.path) : undefined
    const api = this.host.api()
    if (subject === undefined || api === undefined) return undefined
    const topic = topicOf(subject)
    this.#asked.set(topic, (this.#asked.get(topic) ?? new Map<string, Uri>()).set(uri.path, uri))
    // It may be gone by now, and the hub too.
    const shown = await stateOf(api, subject).catch(() => undefined)
    return shown && decoration(shown)
  }

  dispose(): void {
    this.#registrations.dispose()
  }

  #tell(topics: ReadonlySet<string>): void {
    const uris = topics.has(all) ? [] : [...topics].flatMap((topic) => [...(this.#asked.get(topic)?.values() ?? [])])
    // What can be seen is asked for again.
    const some = !topics.has(all) && uris.length <= many
    if (some) for (const topic of topics) this.#asked.delete(topic)
    else this.#asked.clear()
    this.#changed.fire(some ? uris : undefined)
  }
}

function topicOf(subject: Subject): string {
  switch (subject.type) {
    case 'twin':
    case 'current':
    case 'desired':
    case 'reported':
      return `device ${subject.device}`
    case 'jobDocument':
    case 'jobDetails':
      return `job ${subject.job}`
    case 'execution':
      return `execution ${subject.job} ${subject.device}`
  }
}

/** What may have another state after this change: an execution makes a device busy, and a job go on. */
function topicsOf(change: Change): string[] {
  switch (change.type) {
    case 'device':
      return [`device ${change.key}`]
    case 'job':
      return [`job ${change.key}`]
    case 'execution':
      return [`execution ${change.job} ${change.device}`, `device ${change.device}`, `job ${change.job}`]
    case 'clock':
      return [all]
    case 'notice':
      return []
  }
}

async function stateOf(api: HubApi, subject: Subject): Promise<StateDisplay | undefined> {
  switch (subject.type) {
    case 'twin':
    case 'current':
    case 'desired':
    case 'reported':
      return deviceState((await api.device(subject.device)).state)
    case 'jobDocument':
    case 'jobDetails': {
      const job = (await api.jobs()).find(({ key }) => key === subject.job)
      return job && jobState(job.status, job.counts)
    }
    case 'execution':
      return executionState((await api.execution(subject.job, subject.device)).status)
  }
}

function decoration({ word, icon, letter }: StateDisplay): FileDecoration | undefined {
  return letter === '' ? undefined : new FileDecoration(letter, word, icon.color as ThemeColor)
}
