import * as l10n from '@vscode/l10n'
import { h, setText } from '../../ui/dom.ts'
import { field, type Control } from '../../ui/field.ts'
import { formatNumber } from '../../ui/format.ts'
import { picker, type SearchResults } from '../../ui/picker.ts'
import { radioPart } from '../controls.ts'
import { section, type Kit, type Part } from '../part.ts'
import { textLine } from '../rows.ts'
import type { View } from '../state.ts'
import { counted } from '../../../src/shared/counted.ts'

const SHOWN = 50

/** Whom the job is for; `findDevices` asks the hub. */
export function targets(kit: Kit, findDevices: (search: string) => Promise<SearchResults>): Part {
  let view: View | undefined
  const devices = picker({
    path: 'targets/device',
    label: l10n.t('Devices'),
    placeholder: l10n.t('Type a part of the name'),
    chosen: l10n.t('Chosen devices'),
    search: findDevices,
    onchange: (values) => kit.edit({ devices: values }),
  })
  const groups = picker({
    path: 'targets/group',
    label: l10n.t('Groups'),
    placeholder: l10n.t('Type a part of the name'),
    chosen: l10n.t('Chosen groups'),
    search: (text) => Promise.resolve(view === undefined ? { items: [], total: 0 } : findGroups(view, text)),
    onchange: (values) => kit.edit({ groups: values }),
  })
  const picks: Part = {
    element: h('div', { class: 'fields two' }, devices.element, groups.element),
    update(next) {
      view = next
      devices.show(next.form.devices)
      groups.show(next.form.groups)
    },
    controls: () => [whole(devices.control), devices.control, groups.control],
  }
  const selection = radioPart(
    kit,
    { path: 'selection', label: l10n.t('Which devices') },
    {
      read: ({ selection: chosen }) => chosen,
      write: (value) => ({ selection: value === 'CONTINUOUS' ? value : 'SNAPSHOT' }),
    },
    [
      [
        'SNAPSHOT',
        l10n.t('Those that match when the job begins'),
        l10n.t('The job is done when all of them have ended it.'),
      ],
      [
        'CONTINUOUS',
        l10n.t('Also those that come to match later'),
        l10n.t('The job goes on until it is canceled: a new member of a group gets it too.'),
      ],
    ],
  )
  return section('targets', l10n.t('Targets'), undefined, picks, query(kit), matches(), selection)
}

/** Problems of all targets together are shown at the first of their controls. */
const whole = (control: Control): Control => ({ ...control, path: 'targets', label: l10n.t('Targets') })

function findGroups({ form, state }: View, text: string): SearchResults {
  const own = state.hub.groups.filter(
    ({ dialect, name }) => dialect === form.dialect && name.toLowerCase().includes(text.toLowerCase()),
  )
  const items = own.slice(0, SHOWN).map(({ name, devices }) => ({
    value: name,
    note: counted(devices, l10n.t('1 device'), l10n.t('{0} devices', formatNumber(devices))),
  }))
  return { items, total: own.length }
}

/** The field for a query, under the name that the cloud's language has. */
function query(kit: Kit): Part {
  const control = h('vscode-text-field', { spellcheck: 'false' }, l10n.t('Query'))
  const box = field(control, { path: 'targets/query', label: l10n.t('Query'), hint: '', class: 'query' })
  control.addEventListener('input', () => kit.edit({ query: control.value }))
  control.addEventListener('focusout', () => kit.touch('targets/query'))
  const more = textLine('hint', ({ form }) =>
    form.moreQueries.length === 0 ? '' : l10n.t('And also: {0}', form.moreQueries.join(' · ')),
  )
  return {
    element: h('div', {}, box.element, more.element),
    update(view) {
      const { form, dialect } = view
      const language = dialect?.query
      box.element.hidden = language === undefined && form.query === ''
      if (control.value !== form.query) control.value = form.query
      box.hint(language === undefined ? '' : l10n.t('{0}, for example: {1}', language.title, language.example))
      more.update(view)
    },
    controls: () => [box],
  }
}

/** How many devices that makes. */
function matches(): Part {
  const words = h('span')
  const element = h(
    'p',
    { class: 'matches', role: 'status' },
    h('span', { class: 'codicon codicon-target', 'aria-hidden': 'true' }),
    words,
  )
  return {
    element,
    update({ draft, state: { matches: found, hub } }) {
      const none = draft.targets.length === 0
      element.classList.toggle('stale', found.counting)
      element.classList.toggle('empty', none || found.count === 0)
      setText(
        words,
        none
          ? l10n.t('No device is chosen yet')
          : !hub.up
            ? l10n.t('Devices are counted once the hub runs')
            : matching(found.count),
      )
    },
    controls: () => [],
  }
}

function matching(count: number | undefined): string {
  if (count === undefined) return l10n.t('Counting devices')
  if (count === 0) return l10n.t('Matches no device')
  return counted(count, l10n.t('Matches 1 device'), l10n.t('Matches {0} devices', formatNumber(count)))
}
