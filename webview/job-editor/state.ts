import * as l10n from '@vscode/l10n'
import type { DialectView, JobKindView, Problem } from '../../src/shared/api.ts'
import type { DraftInWork, EditorMode, HubSight } from '../../src/shared/messages.ts'
import type { JobForm } from './form/form.ts'
import { isAdvice, mergeProblems } from './form/problems.ts'
import { kindOf, toDraft } from './form/to-draft.ts'
import { counted } from '../../src/shared/counted.ts'

/** All that the page shows follows from this. */
export interface State {
  mode: EditorMode
  form: JobForm
  hub: HubSight
  /** Paths of the controls that the user has been at; only these show what is wrong with them, until `insisted`. */
  touched: ReadonlySet<string>
  insisted: boolean
  /** What the hub said of the draft when it was last asked. */
  hubProblems: Problem[]
  /** What Monaco finds wrong with the document. */
  markers: Marker[]
  matches: Matches
  submitting: boolean
  created: { job: string; name: string } | undefined
  /** The form was filled with what was left over from last time. */
  restored: boolean
  /** The file cannot be shown as a form. */
  unreadable: string | undefined
}

export interface Marker {
  line: number
  column: number
  message: string
  severity?: 'warning'
}

interface Matches {
  /** Of the targets as they are, unless `counting`. */
  count?: number
  problem?: string
  counting: boolean
}

/** What is drawn of a state. */
export interface View {
  state: State
  form: JobForm
  dialect: DialectView | undefined
  /** Of the cloud's kinds of work the form's. */
  kind: JobKindView | undefined
  draft: DraftInWork
  /** What is in the way first, then what is only advice. */
  problems: Problem[]
  /** Why no job can be made now, in words; undefined: it can. */
  blocked: string | undefined
}

export function viewOf(state: State): View {
  const { form, hub } = state
  const dialect = hub.dialects.find(({ name }) => name === form.dialect)
  const { draft, problems: own } = toDraft(form, dialect)
  const problems = mergeProblems([...withMarkers(own, state), ...queryProblems(state)], state.hubProblems)
  return { state, form, dialect, kind: kindOf(dialect, form), draft, problems, blocked: blockedBy(state, problems) }
}

/**
 * Monaco knows best what is wrong with the document, and where; it is a moment late. Of errors it is the first: others
 * follow from that. What the branches of a schema say of one value is one piece of advice.
 */
function withMarkers(own: Problem[], { markers }: State): Problem[] {
  const error = markers.find(({ severity }) => severity !== 'warning')
  const isFirst = ({ line, column }: Marker, index: number): boolean =>
    markers.findIndex((other) => other.line === line && other.column === column) === index
  const told = (error === undefined ? markers.filter(isFirst) : [error]).map(problemOf)
  return told.length === 0 ? own : [...own.filter(({ field }) => field !== 'document'), ...told]
}

const problemOf = ({ line, message, severity }: Marker): Problem => ({
  field: 'document',
  value: undefined,
  rule: l10n.t('line {0}: {1}', line, message),
  ...(severity && { severity }),
})

const queryProblems = ({ matches }: State): Problem[] =>
  matches.problem === undefined ? [] : [{ field: 'targets/query', value: undefined, rule: matches.problem }]

function blockedBy({ hub, submitting, unreadable }: State, all: Problem[]): string | undefined {
  const problems = all.filter((problem) => !isAdvice(problem))
  if (unreadable !== undefined) return l10n.t('The file cannot be read')
  if (!hub.up) return l10n.t('The hub is not running')
  if (submitting) return l10n.t('The job is being created')
  const { length } = problems
  if (length === 0) return undefined
  return counted(length, l10n.t('1 problem is in the way'), l10n.t('{0} problems are in the way', length))
}
