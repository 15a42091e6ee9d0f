import * as l10n from '@vscode/l10n'
import type { MessageView } from '../../src/shared/api.ts'
import { h, icon } from '../ui/dom.ts'
import type { Format } from './format.ts'
import { pretty } from './payload.ts'

/** The last messages to and from a device, the newest first; which ones are unfolded survives new ones. */
export class MessageList {
  readonly element = h('ol', { class: 'messages' })
  #items = new Map<string, HTMLElement>()

  constructor(private readonly format: Format) {}

  show(messages: readonly MessageView[], now: number): void {
    const seen = new Map<string, number>()
    const items = new Map<string, HTMLElement>()
    for (const message of messages) {
      // Two messages may be alike in everything; then they are told apart by which comes first.
      const alike = `${message.at} ${message.direction} ${message.topic} ${message.payload}`
      const count = (seen.get(alike) ?? 0) + 1
      seen.set(alike, count)
      const key = `${count} ${alike}`
      items.set(key, this.#items.get(key) ?? this.#item(message, now))
    }
    const unchanged = items.size === this.#items.size && [...items.keys()].every((key) => this.#items.has(key))
    this.#items = items
    if (!unchanged || items.size === 0)
      this.element.replaceChildren(
        ...[...items.values()].reverse(),
        ...(items.size === 0
          ? [h('li', { class: 'hint' }, l10n.t('None kept: the hub keeps those of the devices it heard of last.'))]
          : []),
      )
  }

  #item({ at, direction, topic, payload, base64, qos }: MessageView, now: number): HTMLElement {
    const words = direction === 'in' ? l10n.t('from the device') : l10n.t('to the device')
    const sign = h(
      'span',
      { class: 'direction', role: 'img', 'aria-label': words, title: words },
      icon(direction === 'in' ? 'arrow-up' : 'arrow-down'),
    )
    const time = h('time', { title: this.format.moment(at) }, this.format.time(at, now))
    const summary = h('summary', {}, sign, h('span', { class: 'topic', title: topic }, h('bdi', {}, topic)), time)
    const about = [
      words,
      l10n.t('QoS {0}', qos),
      ...(base64 === true ? [l10n.t('binary, as base64')] : []),
      ...(payload === '' ? [l10n.t('empty')] : []),
    ].join(' · ')
    const body = h('div', { class: 'body' }, h('div', { class: 'hint' }, about))
    const item = h('details', {}, summary, body)
    // Formatting waits until somebody looks.
    item.addEventListener('toggle', () => {
      if (item.open && payload !== '' && body.childElementCount === 1)
        body.append(
          h('pre', { tabindex: 0, 'aria-label': l10n.t('Payload') }, base64 === true ? payload : pretty(payload)),
        )
    })
    return h('li', {}, item)
  }
}
