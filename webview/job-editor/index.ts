import * as l10n from '@vscode/l10n'
import { presentName } from '../../src/shared/former-names.ts'
import type { JobDraft } from '../../src/shared/job-draft.ts'
import type { FromJobEditor, ToJobEditor } from '../../src/shared/messages.ts'
import { connect } from '../api.ts'
import '../ui/base.css'
import '../ui/form.css'
import { debounce } from '../ui/debounce.ts'
import { createViewState } from '../ui/view-state.ts'
import { registerElements } from '../ui/toolkit.ts'
import { changedMembers } from './form/changed.ts'
import { emptyForm, type JobForm } from './form/form.ts'
import { fromDraft } from './form/from-draft.ts'
import './job-editor.css'
import { buildPage, type EditorPage } from './page.ts'
import { createRequests } from './requests.ts'
import { viewOf, type State } from './state.ts'

type Init = Extract<ToJobEditor, { type: 'init' }>

/** What outlives a reload of the page. */
interface Saved {
  id: string
  at: number
  form: JobForm
  touched: string[]
}

const channel = connect<ToJobEditor, FromJobEditor, Saved>(receive)
const nothing: State = {
  mode: 'new',
  form: emptyForm,
  hub: { up: false, dialects: [], groups: [] },
  touched: new Set(),
  insisted: false,
  hubProblems: [],
  markers: [],
  matches: { counting: false },
  submitting: false,
  created: undefined,
  restored: false,
  unreadable: undefined,
}
const store = createViewState<State>(nothing)
const requests = createRequests(store, channel.post)
let page: EditorPage | undefined
/** The draft as the host knows it. */
let told = viewOf(nothing).draft
/** The document as it is in the file. */
let filed = ''

let toldText = ''
let id = ''

const tell = debounce(200, () => {
  const { form, touched, mode } = store.state
  const { draft } = viewOf(store.state)
  const { documentText } = form
  const changed = changedMembers(told, draft)
  if (changed.length > 0 || (mode === 'new' && documentText !== toldText))
    channel.post({ type: 'draft', draft, changed, documentText })
  told = draft
  toldText = documentText
  channel.save({ id, at: Date.now(), form, touched: [...touched] })
})

function start({ words, mode, start: { draft, documentText, at, restored, ...editor }, hub, look }: Init): void {
  l10n.config({ contents: words })
  id = editor.id
  const saved = ofNow(channel.load())
  const fresh = { ...fromDraft(draft), ...(documentText !== undefined && { documentText }) }
  // A file is the truth but for a document that was never written to it because it was no JSON yet.
  const form =
    saved === undefined
      ? fresh
      : mode === 'file'
        ? keepHalfWritten(fresh, saved.form)
        : saved.at >= at
          ? saved.form
          : fresh
  store.change({
    mode,
    form: withCloud(form, mode, hub),
    hub,
    restored: restored && saved === undefined,
    touched: new Set(saved?.touched),
  })
  told = viewOf({ ...store.state, form: mode === 'new' ? store.state.form : fresh }).draft
  toldText = store.state.form.documentText
  filed = fresh.documentText
  page = buildPage(store, requests, channel.post, { submit, saveAs, startAfresh })
  page.setLook(look)
  store.subscribe((state) => {
    const view = viewOf(state)
    page?.update(view)
    requests.follow(view)
    tell()
  })
}

/** What the page kept before an update may say what a dialect was called then. */
const ofNow = (saved: Saved | undefined): Saved | undefined =>
  saved && { ...saved, form: { ...saved.form, dialect: presentName(saved.form.dialect) } }

/** A new job is for the first cloud until told otherwise; a file that names none is left as it is. */
const withCloud = (form: JobForm, mode: State['mode'], hub: State['hub']): JobForm =>
  mode === 'new' && form.dialect === '' ? { ...form, dialect: hub.dialects[0]?.name ?? '' } : form

function keepHalfWritten(form: JobForm, saved: JobForm): JobForm {
  try {
    JSON.parse(saved.documentText)
    return form
  } catch {
    return { ...form, documentText: saved.documentText }
  }
}

function receive(message: ToJobEditor): void {
  switch (message.type) {
    case 'init':
      return page === undefined ? start(message) : undefined
    case 'hub':
      return store.change({ hub: message.hub, form: withCloud(store.state.form, store.state.mode, message.hub) })
    case 'look':
      return page?.setLook(message.look)
    case 'draft':
      return takeDraft(message.draft)
    case 'unreadable':
      return store.change({ unreadable: message.problem })
    case 'devicesChanged':
      return requests.recount()
    case 'refused':
      return store.change({ submitting: false, insisted: true, hubProblems: message.problems })
    case 'created':
      return store.change({ submitting: false, created: { job: message.job, name: message.name } })
    default:
      requests.receive(message)
  }
}

/** The file says something else now. */
function takeDraft(draft: Partial<JobDraft>): void {
  const fresh = fromDraft(draft)
  const form = fresh.documentText === filed ? keepHalfWritten(fresh, store.state.form) : fresh
  filed = fresh.documentText
  told = viewOf({ ...store.state, form }).draft
  store.change({ form, unreadable: undefined })
}

function submit(): void {
  tell.flush()
  const { draft, blocked } = viewOf(store.state)
  if (blocked !== undefined || draft.document === undefined) return
  store.change({ submitting: true, created: undefined })
  channel.post({ type: 'submit', draft: { ...draft, document: draft.document } })
}

function saveAs(): void {
  tell.flush()
  channel.post({ type: 'saveAs', draft: viewOf(store.state).draft })
}

function startAfresh(): void {
  channel.post({ type: 'discard' })
  store.change({
    form: { ...emptyForm, dialect: store.state.form.dialect },
    restored: false,
    touched: new Set(),
    insisted: false,
    hubProblems: [],
  })
  // Nothing has been written yet: there is nothing to keep.
  told = viewOf(store.state).draft
  toldText = store.state.form.documentText
}

// What was typed last must be there before VS Code saves the file or takes the page away.
window.addEventListener('keydown', ({ key, ctrlKey, metaKey }) => key === 's' && (ctrlKey || metaKey) && tell.flush(), {
  capture: true,
})
window.addEventListener('pagehide', () => tell.flush())
document.addEventListener('visibilitychange', () => tell.flush())

registerElements()
channel.post({ type: 'ready' })
