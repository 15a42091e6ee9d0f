import * as l10n from '@vscode/l10n'
import { h, icon, setText } from '../ui/dom.ts'
import type { Part } from './part.ts'
import type { View } from './state.ts'

export interface BannerDeeds {
  startHub(): void
  startAfresh(): void
  openAsText(): void
  openProgress(job: string): void
}

/** What must be known before the form is read: each banner is there only while it is true. */
export function banners(deeds: BannerDeeds): Part {
  const all = [
    banner(
      'warning',
      (view) =>
        view.state.hub.up
          ? undefined
          : l10n.t('The hub is not running: the job can be written and saved, but not checked or created.'),
      l10n.t('Start Hub'),
      deeds.startHub,
    ),
    banner(
      'history',
      ({ state }) => (state.restored ? l10n.t('This is the job that you have not created yet.') : undefined),
      l10n.t('Start Afresh'),
      deeds.startAfresh,
    ),
    banner('error', ({ state }) => state.unreadable, l10n.t('Open as Text'), deeds.openAsText),
    banner(
      'pass',
      ({ state: { created } }) => created && l10n.t('The job {0} is created.', created.name),
      l10n.t('Show Progress'),
      ({ state: { created } }) => created && deeds.openProgress(created.job),
    ),
  ]
  return {
    element: h('div', { class: 'banners', role: 'status' }, ...all.map(({ element }) => element)),
    update: (view) => all.forEach(({ update }) => update(view)),
    controls: () => [],
  }
}

function banner(
  kind: string,
  text: (view: View) => string | undefined,
  label: string,
  deed: (view: View) => void,
): Pick<Part, 'element' | 'update'> {
  let view: View | undefined
  const words = h('p')
  const button = h('vscode-button', { appearance: 'secondary', onclick: () => view !== undefined && deed(view) }, label)
  const element = h('div', { class: `banner ${kind}` }, icon(kind), words, button)
  return {
    element,
    update(next) {
      view = next
      const now = text(next)
      element.hidden = now === undefined
      setText(words, now ?? '')
    },
  }
}
