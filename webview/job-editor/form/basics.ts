import * as l10n from '@vscode/l10n'
import { choicePart, textPart } from '../controls.ts'
import { section, type Kit, type Part } from '../part.ts'
import { emptyForm, type JobForm } from './form.ts'

type Aim = Pick<JobForm, 'devices' | 'groups' | 'query' | 'moreQueries' | 'kind' | 'options' | 'file'>

const aimOf = ({ devices, groups, query, moreQueries, kind, options, file }: JobForm): Aim => ({
  devices,
  groups,
  query,
  moreQueries,
  kind,
  options,
  file,
})

/** Which cloud, what the job is called and what it is for. */
export function basics(kit: Kit): Part {
  // Targets and kinds are one cloud's own; whoever tries another cloud and comes back finds them again.
  const aims = new Map<string, Aim>()
  const change = (dialect: string, form: JobForm): Partial<JobForm> => {
    aims.set(form.dialect, aimOf(form))
    return { dialect, ...(aims.get(dialect) ?? aimOf(emptyForm)) }
  }
  const cloud = choicePart(
    kit,
    { path: 'dialect', label: l10n.t('Cloud') },
    { read: ({ dialect }) => dialect, write: change },
    ({ state, form }) => {
      const known = state.hub.dialects.map(({ name, title }): [string, string] => [name, title])
      return form.dialect === '' || known.some(([name]) => name === form.dialect)
        ? known
        : [...known, [form.dialect, form.dialect]]
    },
  )
  const named = textPart(
    kit,
    { path: 'name', label: l10n.t('Job name') },
    { read: ({ name }) => name, write: (name) => ({ name }) },
  )
  const description = textPart(
    kit,
    { path: 'description', label: l10n.t('Description'), class: 'wide', placeholder: l10n.t('Optional') },
    { read: ({ description: text }) => text, write: (text) => ({ description: text }) },
  )
  return section('basics', l10n.t('Job'), undefined, cloud, named, description)
}
