import { Qlobber } from 'qlobber'
import type { Qos } from '../../core/seam/mqtt.ts'
import { hasWildcard, isHiddenFrom } from './filter.ts'

/** A subscriber and the QoS it was granted. */
export type Subscription<S> = readonly [S, Qos]

/**
 * The subscribers of one filter. Nearly always that is one, and a map for each would be most of what an idle device
 * costs.
 */
interface Subscribers<S> {
  filter: string
  only: S | undefined
  /** What the only one was granted. */
  qos: Qos
  /** Once there has been more than one. */
  all: Map<S, Qos> | undefined
}

/**
 * The subscribers of every filter. Filters without wildcards, which most devices use, cost one look-up however many
 * there are.
 */
export class SubscriptionIndex<S> {
  readonly #filters = new Map<string, Subscribers<S>>()
  readonly #wild = new Qlobber<Subscribers<S>>({
    separator: '/',
    wildcard_one: '+',
    wildcard_some: '#',
    match_empty_levels: true,
  })
  #wildcards = 0

  /** Adds the subscription or changes its QoS. */
  add(filter: string, subscriber: S, qos: Qos): void {
    let entry = this.#filters.get(filter)
    if (entry === undefined) {
      this.#filters.set(filter, (entry = { filter, only: undefined, qos, all: undefined }))
      if (hasWildcard(filter)) {
        this.#wild.add(filter, entry)
        this.#wildcards += 1
      }
    }
    if (entry.all !== undefined || (entry.only !== undefined && entry.only !== subscriber)) {
      entry.all ??= new Map([[entry.only!, entry.qos]])
      entry.all.set(subscriber, qos)
    } else {
      entry.only = subscriber
      entry.qos = qos
    }
  }

  remove(filter: string, subscriber: S): void {
    const entry = this.#filters.get(filter)
    if (entry === undefined) return
    if (entry.all === undefined && entry.only !== subscriber) return
    entry.all?.delete(subscriber)
    if (entry.all !== undefined && entry.all.size > 0) return
    this.#filters.delete(filter)
    if (hasWildcard(filter)) {
      this.#wild.remove(filter, entry)
      this.#wildcards -= 1
    }
  }

  /** Every subscriber once, with the highest QoS of its matching filters [MQTT-3.3.5-1]. */
  match(topic: string): Iterable<Subscription<S>> {
    const exact = this.#filters.get(topic)
    if (this.#wildcards === 0) return subscribersOf(exact)
    const found = this.#wild.match(topic).filter((entry) => !isHiddenFrom(entry.filter, topic))
    if (exact !== undefined) found.push(exact)
    if (found.length <= 1) return subscribersOf(found[0])
    const best = new Map<S, Qos>()
    for (const entry of found)
      for (const [subscriber, its] of subscribersOf(entry))
        if (its === 1 || !best.has(subscriber)) best.set(subscriber, its)
    return best
  }
}

function subscribersOf<S>(entry: Subscribers<S> | undefined): Iterable<Subscription<S>> {
  if (entry === undefined) return []
  return entry.all ?? (entry.only === undefined ? [] : [[entry.only, entry.qos]])
}
