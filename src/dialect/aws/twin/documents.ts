import type { Instant } from '../../../core/clock.ts'
import { delta } from '../../../core/twin/delta.ts'
import type { JsonObject, Section, Stamp, Twin } from '../../../core/twin/model.ts'
import { mirror, type Mirror } from '../../../core/twin/stamps.ts'
import type { ShadowError } from './requests.ts'

/** The sections an update wrote, as they were sent. */
export type ShadowPatch = { desired?: JsonObject | null; reported?: JsonObject | null; whole?: boolean }

type Leaf = { timestamp: number }
type Part = { state: JsonObject; metadata: { [section: string]: Mirror<Leaf> } }

const SECTIONS: readonly Section[] = ['desired', 'reported']

/** Shadow timestamps are whole epoch seconds [aws 5.2]. */
const seconds = (at: Instant): number => Math.floor(at / 1000)
const leaf = ({ at }: Stamp): Leaf => ({ timestamp: seconds(at) })

/** Members come in the order of the examples of [aws 5.2]; the token is last and only if the request had one. */
const end = (now: Instant, clientToken: string | undefined): { timestamp: number; clientToken?: string } => ({
  timestamp: seconds(now),
  ...(clientToken !== undefined && { clientToken }),
})

/**
 * `update/accepted`: only what the request had, nulls included, with the metadata of what is left of it. Of
 * `"state": null`, the `whole`, that is null itself.
 */
export function acceptedDocument(
  patch: ShadowPatch,
  twin: Twin,
  now: Instant,
  clientToken: string | undefined,
): string {
  const { state, metadata }: Part = { state: {}, metadata: {} }
  for (const section of SECTIONS) {
    const sent = patch[section]
    const stamp = twin.metadata[section]
    if (sent === undefined) continue
    state[section] = sent
    if (sent !== null && stamp !== undefined) metadata[section] = mirror(sent, stamp, leaf)
  }
  const shown = patch.whole === true ? null : state
  return JSON.stringify({ state: shown, metadata, version: twin.version, ...end(now, clientToken) })
}

/** `update/delta`; `undefined` if what is desired has been reported. */
export function deltaDocument(twin: Twin, now: Instant, clientToken: string | undefined): string | undefined {
  const state = delta(twin.desired, twin.reported)
  const stamp = twin.metadata.desired
  if (state === undefined || stamp === undefined) return undefined
  const { timestamp, ...token } = end(now, clientToken)
  return JSON.stringify({ version: twin.version, timestamp, state, metadata: mirror(state, stamp, leaf), ...token })
}

/** `update/documents`: the whole shadow before and after; before the first update it was empty. */
export function documentsDocument(
  before: Twin | undefined,
  twin: Twin,
  now: Instant,
  clientToken: string | undefined,
): string {
  const previous =
    before === undefined
      ? { state: {}, metadata: {}, version: twin.version - 1 }
      : { ...partOf(before), version: before.version }
  return JSON.stringify({ previous, current: { ...partOf(twin), version: twin.version }, ...end(now, clientToken) })
}

/** `get/accepted`, which is also the answer of GetThingShadow. */
export function getDocument(twin: Twin, now: Instant, clientToken: string | undefined): string {
  return JSON.stringify(wholeShadow(twin, now, clientToken))
}

/** All that a get answers with. */
export function wholeShadow(twin: Twin, now: Instant, clientToken: string | undefined): JsonObject {
  const { state, metadata } = partOf(twin)
  const difference = delta(twin.desired, twin.reported)
  if (difference !== undefined && twin.metadata.desired !== undefined) {
    state['delta'] = difference
    metadata['delta'] = mirror(difference, twin.metadata.desired, leaf)
  }
  return { state, metadata, version: twin.version, ...end(now, clientToken) }
}

/** `delete/accepted`: the version is what it was. */
export function deletedDocument(twin: Twin, now: Instant, clientToken: string | undefined): string {
  return JSON.stringify({ version: twin.version, ...end(now, clientToken) })
}

/** `…/rejected`. */
export function rejectedDocument({ code, message, clientToken }: ShadowError, now: Instant): string {
  return JSON.stringify({ code, message, ...end(now, clientToken) })
}

/**
 * A section without a key is not shown: clearing the last key removes it [moto and AWS.jl, against the real service].
 */
function partOf(twin: Twin): Part {
  const part: Part = { state: {}, metadata: {} }
  for (const section of SECTIONS) {
    const state = twin[section]
    const stamp = twin.metadata[section]
    if (state === undefined || stamp === undefined || Object.keys(state).length === 0) continue
    part.state[section] = state
    part.metadata[section] = mirror(state, stamp, leaf)
  }
  return part
}
