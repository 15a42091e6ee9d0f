import type { FromJobEditor, ToJobEditor } from '../../src/shared/messages.ts'
import type { SearchResults } from '../ui/picker.ts'
import type { Marker, State, View } from './state.ts'
import type { ViewState } from '../ui/view-state.ts'
import { debounce } from '../ui/debounce.ts'

type Post = (message: FromJobEditor) => void

/** What is asked of the host while the form is filled in; only the latest question of a kind matters. */
export interface Requests {
  /** The view has become another one: asks what has to be asked anew. */
  follow(view: View): void
  recount(): void
  findDevices(search: string): Promise<SearchResults>
  receive(message: ToJobEditor): void
}

export function createRequests(store: ViewState<State>, post: Post): Requests {
  let request = 0
  let counting = 0
  let checking = 0
  let view: View | undefined
  let asked = { targets: '', draft: '' }
  const finds = new Map<number, (found: SearchResults) => void>()

  const count = debounce(250, () => {
    if (view === undefined || !countable(view)) return
    post({ type: 'count', request: (counting = ++request), dialect: view.form.dialect, targets: view.draft.targets })
  })
  const check = debounce(400, () => {
    if (view === undefined || !view.state.hub.up || view.form.dialect === '') return
    post({ type: 'check', request: (checking = ++request), draft: view.draft })
  })

  return {
    follow(next) {
      view = next
      const { state, form, draft } = next
      const targets = JSON.stringify([state.hub.up, form.dialect, draft.targets])
      const whole = JSON.stringify([state.hub.up, draft])
      if (targets !== asked.targets) {
        const counting = countable(next)
        store.change({
          matches: { counting, ...(state.matches.count !== undefined && counting && { count: state.matches.count }) },
        })
        count()
      }
      if (whole !== asked.draft) check()
      asked = { targets, draft: whole }
    },
    recount: count,
    findDevices(search) {
      const { hub, form } = store.state
      if (!hub.up) return Promise.resolve({ items: [], total: 0 })
      return new Promise((resolve) => {
        finds.set(++request, resolve)
        post({ type: 'findDevices', request, dialect: form.dialect, search })
      })
    },
    receive(message) {
      if (message.type === 'devices') {
        finds.get(message.request)?.({ items: message.names.map((value) => ({ value })), total: message.total })
        finds.delete(message.request)
      } else if (message.type === 'matches' && message.request === counting) {
        const { count: found, problem } = message
        store.change({
          matches: {
            counting: false,
            ...(found !== undefined && { count: found }),
            ...(problem !== undefined && { problem }),
          },
        })
      } else if (message.type === 'problems' && message.request === checking) {
        store.change({ hubProblems: message.problems })
      }
    },
  }
}

/** Whether there is somebody to count, and anything to be counted. */
const countable = ({ state, dialect, draft }: View): boolean =>
  state.hub.up && dialect !== undefined && draft.targets.length > 0

/** Whether Monaco still finds the same wrong. */
export const sameMarkers = (one: readonly Marker[], other: readonly Marker[]): boolean =>
  JSON.stringify(one) === JSON.stringify(other)
