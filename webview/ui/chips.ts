import * as l10n from '@vscode/l10n'
import { h, icon } from './dom.ts'
import { formatNumber } from './format.ts'

const SHOWN = 60

/**
 * What was picked, each with a button that takes it away; `orphaned` says where the focus goes when its chip is gone.
 */
export function chips(
  label: string,
  remove: (value: string) => void,
  orphaned: () => void,
): { element: HTMLElement; show(values: string[]): void } {
  const element = h('ul', { class: 'chips', 'aria-label': label, hidden: true })
  const chip = (value: string): HTMLElement => {
    const take = (): void => {
      remove(value)
      orphaned()
    }
    return h(
      'li',
      { class: 'chip' },
      h('span', { class: 'name' }, value),
      h(
        'button',
        {
          type: 'button',
          'aria-label': l10n.t('Remove {0}', value),
          title: l10n.t('Remove {0}', value),
          onclick: take,
        },
        icon('close'),
      ),
    )
  }
  return {
    element,
    show(values) {
      element.hidden = values.length === 0
      const rest = values.length - SHOWN
      element.replaceChildren(
        ...values.slice(0, SHOWN).map(chip),
        ...(rest > 0 ? [h('li', { class: 'hint' }, l10n.t('and {0} more', formatNumber(rest)))] : []),
      )
    },
  }
}
