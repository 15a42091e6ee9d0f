import * as l10n from '@vscode/l10n'
import { h, icon, setText } from '../ui/dom.ts'
import type { Phase } from './model.ts'

/** Says why the page stands still, and what to do about it. */
export class Notice {
  readonly element: HTMLElement
  readonly #sign = icon('info')
  readonly #text = h('span', {})
  readonly #start: HTMLElement

  constructor(start: () => void) {
    this.#start = h('vscode-button', { onclick: start }, l10n.t('Start Hub'))
    this.element = h('div', { class: 'notice', hidden: true }, this.#sign, this.#text, this.#start)
  }

  /** `known`: whether there is something on the page. Returns what is said. */
  show(phase: Phase, known: boolean): string {
    const text = textOf(phase, known)
    setText(this.#text, text)
    this.element.hidden = text === ''
    this.#start.hidden = phase !== 'noHub'
    this.#sign.className = `codicon codicon-${phase === 'starting' ? 'sync' : phase === 'gone' ? 'trash' : 'debug-disconnect'}`
    return text
  }
}

function textOf(phase: Phase, known: boolean): string {
  switch (phase) {
    case 'waiting':
    case 'live':
      return ''
    case 'noHub':
      return known
        ? l10n.t('The hub is stopped. This is how things were when it was last seen.')
        : l10n.t('The hub is not running.')
    case 'starting':
      return l10n.t('The hub is starting…')
    case 'gone':
      return l10n.t('This job has been deleted.')
  }
}
