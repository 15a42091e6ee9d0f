import * as l10n from '@vscode/l10n'
import { h } from '../../ui/dom.ts'
import type { View } from '../state.ts'
import { templateText } from './from-draft.ts'
import { isOwnWork } from './own-work.ts'

/** The cloud's ready documents; asks before one replaces what somebody has written. */
export function templateBar(replace: (text: string) => void): { element: HTMLElement; update(view: View): void } {
  let view: View | undefined
  let drawn = ''
  const choice = h('vscode-dropdown', { 'aria-label': l10n.t('Template') })
  const use = h('vscode-button', { appearance: 'secondary', onclick: () => ask() }, l10n.t('Use Template'))
  const bar = h('div', { class: 'bar' }, choice, use)
  const yes = h('vscode-button', { onclick: () => take() }, l10n.t('Replace'))
  const no = h('vscode-button', { appearance: 'secondary', onclick: () => close() }, l10n.t('Keep Mine'))
  const question = h(
    'div',
    { class: 'question', role: 'alertdialog', 'aria-label': l10n.t('Replace what you have written?'), hidden: true },
    h('p', {}, l10n.t('Replace what you have written?')),
    yes,
    no,
  )
  question.addEventListener('keydown', ({ key }) => key === 'Escape' && close())

  const close = (): void => {
    question.hidden = true
    bar.hidden = false
    use.focus()
  }
  const take = (): void => {
    const template = view?.kind?.templates.find(({ id }) => id === choice.value)
    if (template !== undefined) replace(templateText(template.document))
    close()
  }
  const ask = (): void => {
    if (view === undefined || !isOwnWork(view.form.documentText, view.kind)) return take()
    bar.hidden = true
    question.hidden = false
    yes.focus()
  }

  return {
    element: h('div', { class: 'templates' }, bar, question),
    update(next) {
      view = next
      const templates = next.kind?.templates ?? []
      bar.hidden = templates.length === 0 || !question.hidden
      const key = JSON.stringify([next.dialect?.name, next.kind?.id, templates.map(({ id }) => id)])
      if (key === drawn) return
      drawn = key
      choice.replaceChildren(...templates.map(({ id, title }) => h('vscode-option', { value: id }, title)))
    },
  }
}
