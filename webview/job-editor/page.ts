import * as l10n from '@vscode/l10n'
import type { Problem } from '../../src/shared/api.ts'
import type { EditorLook, FromJobEditor } from '../../src/shared/messages.ts'
import { h } from '../ui/dom.ts'
import type { Control } from '../ui/field.ts'
import type { ViewState } from '../ui/view-state.ts'
import { banners } from './banners.ts'
import { footer } from './footer.ts'
import { abort } from './form/abort.ts'
import { basics } from './form/basics.ts'
import { documentPart } from './form/document.ts'
import { endurance } from './form/endurance.ts'
import type { JobForm } from './form/form.ts'
import { controlOf, isMissing, sentence } from './form/problems.ts'
import { rollout } from './form/rollout.ts'
import { schedule } from './form/schedule.ts'
import { targets } from './form/targets.ts'
import { work } from './form/work.ts'
import type { Kit } from './part.ts'
import { sameMarkers, type Requests } from './requests.ts'
import type { State, View } from './state.ts'

export interface EditorPage {
  update(view: View): void
  setLook(look: EditorLook): void
}

/** Builds the whole page into the body. Words must be known by then. */
export function buildPage(
  store: ViewState<State>,
  requests: Requests,
  post: (message: FromJobEditor) => void,
  deeds: { submit(): void; saveAs(): void; startAfresh(): void },
): EditorPage {
  const kit: Kit = {
    get form() {
      return store.state.form
    },
    edit: (part: Partial<JobForm>) => store.change({ form: { ...store.state.form, ...part }, created: undefined }),
    touch: (path) => {
      if (!store.state.touched.has(path)) store.change({ touched: new Set([...store.state.touched, path]) })
    },
  }
  const onMarkers = (markers: State['markers']): void => {
    if (!sameMarkers(markers, store.state.markers)) store.change({ markers })
  }
  const goTo = (control: Control | undefined): void => {
    store.change({ insisted: true })
    control?.focus()
  }
  const document_ = documentPart(kit, onMarkers)
  const parts = [
    basics(kit),
    targets(kit, (search) => requests.findDevices(search)),
    work(kit),
    document_,
    rollout(kit),
    abort(kit),
    endurance(kit),
    schedule(kit),
  ]
  const controls = (): Control[] => parts.flatMap((part) => part.controls())
  const head = banners({
    startHub: () => post({ type: 'startHub' }),
    startAfresh: deeds.startAfresh,
    openAsText: () => post({ type: 'openAsText' }),
    openProgress: (job) => post({ type: 'openProgress', job }),
  })
  const foot = footer({ submit: deeds.submit, saveAs: deeds.saveAs, goTo }, controls)
  const form = h(
    'form',
    { class: 'form', onsubmit: (event) => event.preventDefault() },
    ...parts.map(({ element }) => element),
  )
  const title = h('h1', {}, store.state.mode === 'file' ? l10n.t('Job File') : l10n.t('New Job'))
  document.body.append(h('main', {}, h('header', {}, title, head.element), form), foot.element)

  return {
    setLook: (look) => document_.setLook(look),
    update(view) {
      form.hidden = view.state.unreadable !== undefined
      for (const part of [head, ...parts, foot]) part.update(view)
      showProblems(view, controls())
    },
  }
}

/**
 * Says at each control what is wrong with it; that it is empty, only once people have been there or ask what is
 * missing.
 */
function showProblems({ problems, state: { touched, insisted, mode } }: View, controls: Control[]): void {
  const paths = controls.map(({ path }) => path)
  const told = new Map<string, Problem>()
  for (const problem of problems) {
    const path = controlOf(problem, paths)
    if (path === undefined || told.has(path)) continue
    // The first picker also speaks for all targets together.
    const place = path === 'targets' ? 'targets/device' : path
    if (insisted || mode === 'file' || touched.has(place) || !isMissing(problem)) told.set(place, problem)
  }
  for (const control of controls) {
    const problem = told.get(control.path)
    if (control.path !== 'targets') control.show(problem && sentence(problem), problem?.severity)
  }
}
