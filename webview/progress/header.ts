import * as l10n from '@vscode/l10n'
import type { UpgradeView } from '../../src/shared/api.ts'
import type { JobDeed } from '../../src/shared/progress-messages.ts'
import { counted } from '../../src/shared/counted.ts'
import { countOf, jobLook } from '../../src/shared/states.ts'
import { h, icon, setText } from '../ui/dom.ts'
import { rove } from '../ui/roving.ts'
import { possible } from './deeds.ts'
import { remaining } from './estimate.ts'
import type { Format } from './format.ts'
import { StateLabel } from './look.ts'
import type { Model } from './model.ts'

/** What the job is, how far it is, and what can be done with it. */
export class ProgressHeader {
  readonly element = h('header', {})
  readonly #name = h('h1', {})
  readonly #cloud = h('span', { class: 'cloud' })
  readonly #state = new StateLabel()
  readonly #description = h('p', { class: 'description' })
  readonly #facts = h('dl', { class: 'facts' })
  readonly #values = new Map<string, { item: HTMLElement; value: HTMLElement }>()
  readonly #buttons: { deed: Exclude<JobDeed, 'startHub'>; element: HTMLElement & { disabled: boolean } }[]
  readonly #bar = h('div', { class: 'deeds', role: 'toolbar', 'aria-label': l10n.t('Job') })
  readonly #settle = rove(this.#bar, () => this.#buttons.map(({ element }) => element))

  constructor(
    private readonly format: Format,
    act: (deed: JobDeed) => void,
  ) {
    const button = (deed: Exclude<JobDeed, 'startHub'>, sign: string, words: string, title: string) => {
      const element = h(
        'vscode-button',
        { appearance: 'secondary', title, 'aria-label': words, onclick: () => act(deed) },
        icon(sign, 'start'),
        h('div', { class: 'words' }, words),
      )
      return { deed, element }
    }
    this.#buttons = [
      button('openDocument', 'go-to-file', l10n.t('Open Document'), l10n.t('Open the job document')),
      button(
        'retryFailed',
        'debug-restart',
        l10n.t('Retry Failed'),
        l10n.t('Queue the job again for every device that failed or timed out'),
      ),
      button('cancel', 'circle-slash', l10n.t('Cancel Job'), l10n.t('Cancel the job; devices that are at work finish')),
      button(
        'forceCancel',
        'stop-circle',
        l10n.t('Cancel Job by Force'),
        l10n.t('Cancel the job, also on devices that are at work'),
      ),
      button('delete', 'trash', l10n.t('Delete Job'), l10n.t('Delete the job and what its devices did')),
    ]
    this.#bar.append(...this.#buttons.map(({ element }) => element))
    const title = h(
      'div',
      { class: 'title' },
      this.#name,
      h('div', { class: 'kind' }, this.#state.element, this.#cloud),
    )
    this.element.append(h('div', { class: 'top' }, title, this.#bar), this.#description, this.#facts)
  }

  show(model: Model, local: number): void {
    const { job } = model
    if (job === undefined) return
    setText(this.#name, job.name)
    setText(this.#cloud, model.cloud)
    this.#state.show(jobLook(job.status, job.counts))
    setText(this.#description, job.description ?? '')
    this.#description.hidden = (job.description ?? '') === ''
    const can = possible(job)
    for (const { deed, element } of this.#buttons) element.disabled = model.phase !== 'live' || !can[deed]
    this.#settle()
    this.#showFacts(model, local)
  }

  /** What grows older by itself; called every second. */
  tick(model: Model, local: number): void {
    this.#showFacts(model, local)
  }

  #showFacts(model: Model, local: number): void {
    const { job } = model
    if (job === undefined) return
    const { format } = this
    const now = model.now(local)
    const left = model.phase === 'live' ? remaining(job, model.points, now) : undefined
    const reached = countOf(job.counts)
    this.#fact(l10n.t('Upgrade'), job.upgrade === undefined ? undefined : this.#upgradeText(job.upgrade))
    this.#fact(l10n.t('Created'), format.moment(job.createdAt))
    this.#fact(
      job.completedAt === undefined ? l10n.t('Elapsed') : l10n.t('Took'),
      format.duration((job.completedAt ?? now) - job.createdAt),
      l10n.t('Elapsed'),
      l10n.t('Took'),
    )
    this.#fact(l10n.t('Time left'), left === undefined ? undefined : l10n.t('about {0}', format.duration(left)))
    const reach = counted(
      job.planned,
      l10n.t('{0} of 1 device', format.number(reached)),
      l10n.t('{0} of {1} devices', format.number(reached), format.number(job.planned)),
    )
    this.#fact(l10n.t('Rolled out'), job.planned > reached ? reach : undefined)
    this.#fact(l10n.t('Clock'), model.virtual ? l10n.t('virtual, {0}', format.moment(now)) : undefined)
    this.#fact(l10n.t('Reason'), job.reasonCode)
    this.#fact(l10n.t('Comment'), job.comment)
  }

  #upgradeText({ module, version, bytes }: UpgradeView): string {
    const what = `${module} ${version}`.trim()
    if (bytes === undefined) return what
    return counted(bytes, l10n.t('{0} (1 byte)', what), l10n.t('{0} ({1} bytes)', what, this.format.number(bytes)))
  }

  /** Shows a fact, or not; `instead` are the names of facts it takes the place of. */
  #fact(name: string, text: string | undefined, ...instead: string[]): void {
    const key = instead[0] ?? name
    let fact = this.#values.get(key)
    if (fact === undefined) {
      const value = h('dd', {})
      fact = { value, item: h('div', {}, h('dt', {}), value) }
      this.#values.set(key, fact)
      this.#facts.append(fact.item)
    }
    fact.item.hidden = text === undefined
    setText(fact.item.firstElementChild!, name)
    setText(fact.value, text ?? '')
  }
}
