import { commands as editor, l10n, workspace, type Disposable, type WebviewPanel } from 'vscode'
import type { JobDraft } from '../../shared/job-draft.ts'
import type { FromJobEditor, ToJobEditor } from '../../shared/messages.ts'
import { commands } from '../commands.ts'
import { Batcher } from '../batcher.ts'
import type { Host } from '../host.ts'
import { dialectInWords } from '../in-words.ts'
import { shippedDialects, sightOf } from './hub-sight.ts'
import { affectsLook, editorLook } from './look.ts'
import { readFromJobEditor } from './read-message.ts'
import { problemOf } from './refusal.ts'
import { saveAs } from './save-as.ts'
import type { DraftSource } from './source.ts'

const FOUND = 50

const shippedInWords = async () => (await shippedDialects()).map(dialectInWords)

/** One editor: answers its page, and tells it what has changed in the hub, the file and the settings. */
export class EditorSession implements Disposable {
  readonly #batcher = new Batcher<'hub'>(() => this.#tellHub(), 1000)
  readonly #registrations: Disposable[]
  #sight = ''

  constructor(
    private readonly host: Host,
    private readonly panel: WebviewPanel,
    private readonly source: DraftSource,
  ) {
    this.#batcher.pause(true)
    this.#registrations = [
      panel.webview.onDidReceiveMessage((input: unknown) => this.#receive(input)),
      panel.onDidChangeViewState(() => this.#batcher.pause(!panel.visible)),
      host.onState(() => this.#batcher.add('hub')),
      host.onChange(({ type }) => type !== 'execution' && type !== 'job' && this.#batcher.add('hub')),
      source.onChange(() => this.#tellFile()),
      workspace.onDidChangeConfiguration(
        (event) => affectsLook(event) && this.#post({ type: 'look', look: editorLook() }),
      ),
    ]
  }

  dispose(): void {
    this.#batcher.dispose()
    for (const registration of this.#registrations) registration.dispose()
  }

  #post(message: ToJobEditor): void {
    void this.panel.webview.postMessage(message)
  }

  #receive(input: unknown): void {
    const message = readFromJobEditor(input)
    if (message === undefined)
      return this.host.log.warn(`job editor: a message that cannot be read: ${JSON.stringify(input)?.slice(0, 200)}`)
    void this.#answer(message).catch((error: unknown) =>
      this.host.log.error(`job editor: ${message.type}: ${String(error)}`),
    )
  }

  async #answer(message: FromJobEditor): Promise<unknown> {
    switch (message.type) {
      case 'ready':
        return this.#tellAll()
      case 'draft':
        return this.source.write(message.draft, message.changed, message.documentText)
      case 'count':
        return this.#count(message)
      case 'findDevices': {
        const page = await this.host.api()?.devices({ dialect: message.dialect, search: message.search, limit: FOUND })
        return this.#post({
          type: 'devices',
          request: message.request,
          names: page?.items.map(({ name }) => name) ?? [],
          total: page?.total ?? 0,
        })
      }
      case 'check':
        return this.#check(message)
      case 'submit':
        return this.#submit(message.draft)
      case 'saveAs':
        return (await saveAs(message.draft)) && this.#leave()
      case 'discard':
        return this.source.discard()
      case 'openAsText':
        return this.source.openAsText()
      case 'openProgress':
        return editor.executeCommand(commands.openProgress, message.job)
      case 'startHub':
        return editor.executeCommand(commands.start)
      case 'cspViolation':
        return this.host.log.error(`job editor: content policy: ${message.text}`)
    }
  }

  async #tellAll(): Promise<void> {
    const read = this.source.read()
    const hub = await sightOf(this.host, shippedInWords)
    this.#sight = JSON.stringify(hub)
    const start = 'problem' in read ? { id: '', draft: {}, at: 0, restored: false } : read
    this.#post({ type: 'init', mode: this.source.mode, start, hub, look: editorLook(), words: this.host.words() })
    if ('problem' in read) this.#post({ type: 'unreadable', problem: read.problem })
    this.#batcher.pause(!this.panel.visible)
  }

  async #tellHub(): Promise<void> {
    const hub = await sightOf(this.host, shippedInWords)
    const sight = JSON.stringify(hub)
    if (sight !== this.#sight) this.#post({ type: 'hub', hub })
    this.#sight = sight
    this.#post({ type: 'devicesChanged' })
  }

  #tellFile(): void {
    const read = this.source.read()
    this.#post('problem' in read ? { type: 'unreadable', problem: read.problem } : { type: 'draft', draft: read.draft })
  }

  async #count({ request, dialect, targets }: Extract<FromJobEditor, { type: 'count' }>): Promise<void> {
    try {
      const count = await this.host.api()?.countTargets(dialect, targets)
      this.#post({ type: 'matches', request, ...(count !== undefined && { count }) })
    } catch (error) {
      this.#post({ type: 'matches', request, problem: problemOf(error).rule })
    }
  }

  async #check({ request, draft }: Extract<FromJobEditor, { type: 'check' }>): Promise<void> {
    const meant = (await this.source.meant(draft)) as JobDraft
    this.#post({ type: 'problems', request, problems: (await this.host.api()?.checkJob(meant)) ?? [] })
  }

  /** The page has checked the job, but a page can be wrong or behind: the hub is asked again. */
  async #submit(shown: JobDraft): Promise<void> {
    const api = this.host.api()
    if (api === undefined)
      return this.#post({
        type: 'refused',
        problems: [{ field: '', value: undefined, rule: l10n.t('The hub is not running') }],
      })
    try {
      const draft = (await this.source.meant(shown)) as JobDraft
      const problems = await api.checkJob(draft)
      if (problems.some(({ severity }) => severity !== 'warning')) return this.#post({ type: 'refused', problems })
      const { key, name } = await api.createJob(draft)
      this.#post({ type: 'created', job: key, name })
      await editor.executeCommand(commands.openProgress, key)
      this.#leave()
    } catch (error) {
      this.#post({ type: 'refused', problems: [problemOf(error)] })
    }
  }

  /** What was asked for is done: an editor without a file has nothing left to show. */
  #leave(): void {
    this.source.discard()
    if (this.source.mode === 'new') this.panel.dispose()
  }
}
