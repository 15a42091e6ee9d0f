import * as l10n from '@vscode/l10n'
import type { Problem } from '../../src/shared/api.ts'
import { h, icon, newId, setText, setAttribute } from '../ui/dom.ts'
import { formatNumber } from '../ui/format.ts'
import type { Control } from '../ui/field.ts'
import { controlOf, isAdvice, isMissing, sentence } from './form/problems.ts'
import type { Part } from './part.ts'
import type { View } from './state.ts'
import { counted } from '../../src/shared/counted.ts'

export interface FooterDeeds {
  submit(): void
  saveAs(): void
  /** Leads to a control, and from now on everything that is wrong is shown where it is. */
  goTo(control: Control | undefined): void
}

/** A job for a fleet that is not here has as many problems as devices; nobody reads on. */
const SHOWN = 100

/** Creating the job, and all that is in the way of it. */
export function footer(deeds: FooterDeeds, controls: () => Control[]): Part {
  let open = false
  let last: View | undefined
  const list = h('ul', { class: 'problem-list', id: newId() })
  const words = h('span')
  const sign = icon('error')
  const chevron = icon('chevron-up')
  const toggle = h(
    'button',
    { type: 'button', class: 'toggle', 'aria-controls': list.id, onclick: () => unfold(!open) },
    sign,
    words,
    chevron,
  )
  const ready = h('p', { class: 'ready' })
  const spoken = h('p', { class: 'spoken', role: 'status' })
  const ring = h('vscode-progress-ring', { class: 'ring', hidden: true })
  const create = h(
    'vscode-button',
    { class: 'create', onclick: () => !create.disabled && deeds.submit() },
    l10n.t('Create Job'),
  )
  const save = h('vscode-button', { appearance: 'secondary', onclick: () => deeds.saveAs() }, l10n.t('Save as File…'))
  const element = h('footer', {}, list, h('div', { class: 'actions' }, create, save, ring, toggle, ready, spoken))

  const unfold = (next: boolean): void => {
    open = next
    if (last !== undefined) part.update(last)
  }
  const line = (problem: Problem): HTMLElement => {
    const known = controls()
    const paths = known.map(({ path }) => path)
    const path = controlOf(problem, paths)
    const control = known.find(({ path: own }) => own === path)
    const label = control?.label ?? problem.field
    const text = label === '' ? sentence(problem) : l10n.t('{0}: {1}', label, sentence(problem))
    const shown = isAdvice(problem) ? l10n.t('Warning: {0}', text) : text
    return h('li', {}, h('button', { type: 'button', onclick: () => deeds.goTo(control) }, shown))
  }

  const part: Part = {
    element,
    update(view) {
      last = view
      const { problems, blocked, state } = view
      const refusals = problems.filter((problem) => !isAdvice(problem))
      const looks = refusals.length === 0 ? 'warning' : refusals.every(isMissing) ? 'unfinished' : 'error'
      // Of a file that cannot be read nothing else is known: what its form lacks is not what is wrong with it.
      const told = problems.length > 0 && state.unreadable === undefined
      create.disabled = blocked !== undefined
      setAttribute(create, 'title', blocked)
      ring.hidden = !state.submitting
      save.hidden = state.mode === 'file'
      toggle.hidden = !told
      ready.hidden = told && refusals.length > 0
      setText(
        words,
        looks === 'warning'
          ? warnings(problems.length)
          : looks === 'unfinished'
            ? missing(refusals.length)
            : wrong(refusals.length),
      )
      sign.className = `codicon codicon-${looks === 'unfinished' ? 'info' : looks}`
      toggle.className = `toggle ${looks}`
      setText(ready, blocked ?? l10n.t('Ready to be created'))
      setText(spoken, blocked ?? l10n.t('Ready to be created'))
      list.hidden = !open || !told
      const more = problems.length - SHOWN
      list.replaceChildren(...(list.hidden ? [] : problems.slice(0, SHOWN).map((problem) => line(problem))))
      if (!list.hidden && more > 0)
        list.append(h('li', { class: 'more' }, l10n.t('… and {0} more', formatNumber(more))))
      setAttribute(toggle, 'aria-expanded', String(open && told))
      chevron.className = `codicon codicon-chevron-${open ? 'down' : 'up'}`
    },
    controls: () => [],
  }
  return part
}

const wrong = (count: number): string => counted(count, l10n.t('1 problem'), l10n.t('{0} problems', count))

const warnings = (count: number): string => counted(count, l10n.t('1 warning'), l10n.t('{0} warnings', count))

const missing = (count: number): string =>
  counted(count, l10n.t('1 field to fill in'), l10n.t('{0} fields to fill in', count))
