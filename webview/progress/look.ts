import * as l10n from '@vscode/l10n'
import type { StateLook } from '../../src/shared/states.ts'
import { h, icon, setText } from '../ui/dom.ts'

/** The CSS variable of a theme's color. */
export const colorOf = ({ color }: StateLook): string => `var(--vscode-${color.replaceAll('.', '-')})`

/** A state's word in the user's language. */
export const wordOf = ({ word }: StateLook): string => l10n.t(word)

/** A state's icon in its color. */
export function stateIcon(look: StateLook): HTMLElement {
  const sign = icon(look.icon)
  paint(sign, look)
  return sign
}

/** Icon and word, to be changed in place. */
export class StateLabel {
  readonly element = h('span', { class: 'state' })
  readonly #sign = icon('blank')
  readonly #word = h('span', {})

  constructor() {
    this.element.append(this.#sign, this.#word)
  }

  show(look: StateLook): void {
    setText(this.#word, wordOf(look))
    paint(this.#sign, look)
  }
}

function paint(sign: HTMLElement, look: StateLook): void {
  const name = `codicon codicon-${look.icon}`
  if (sign.className !== name) sign.className = name
  const color = colorOf(look)
  if (sign.dataset['color'] === color) return
  sign.dataset['color'] = color
  sign.style.color = color
}
