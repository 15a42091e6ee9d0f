import type { DomainEvent } from '../../../core/events.ts'
import { nameOf } from '../../../core/ids.ts'
import type { Connection } from '../../../core/seam/mqtt.ts'
import type { Context } from '../../dialect.ts'
import {
  acceptedDocument,
  deletedDocument,
  deltaDocument,
  documentsDocument,
  getDocument,
  rejectedDocument,
} from './documents.ts'
import { readDelete, readGet, readShadowUpdate, ShadowError } from './requests.ts'
import { deleteShadow, getShadow, updateShadow } from './store.ts'
import {
  formatShadowTopic,
  type ShadowName,
  type ShadowOperation,
  type ShadowOutcome,
  type ShadowTopic,
} from './topics.ts'

/**
 * Carries out a request that was published on a shadow topic, by a connection or (without one) through HTTP
 * Publish. Answers to get and all rejections are published here; what an update or a deletion gives rise to is
 * published by `shadowEvent`, whoever caused it.
 */
export function onShadowPublish(
  ctx: Context,
  connection: Connection | undefined,
  request: ShadowTopic,
  payload: Uint8Array,
): void {
  try {
    perform(ctx, connection, request, payload)
  } catch (error) {
    if (!(error instanceof ShadowError)) throw error
    say(ctx, request, request.operation, 'rejected', rejectedDocument(error, ctx.now))
  }
}

/**
 * Tells every subscriber of a changed or deleted shadow, whether MQTT, HTTP, a job or a person changed it [aws 5.1].
 */
export function shadowEvent(ctx: Context, event: DomainEvent): void {
  if (event.type === 'twin.updated') {
    const { twin, before, patch, mode, correlation } = event
    const name = shadowName(twin.device, twin.name)
    say(
      ctx,
      name,
      'update',
      'accepted',
      acceptedDocument({ ...patch, whole: mode === 'replace' }, twin, ctx.now, correlation),
    )
    const left = deltaDocument(twin, ctx.now, correlation)
    if (left !== undefined) say(ctx, name, 'update', 'delta', left)
    say(ctx, name, 'update', 'documents', documentsDocument(before, twin, ctx.now, correlation))
  } else if (event.type === 'twin.deleted') {
    const { twin, correlation } = event
    say(ctx, shadowName(twin.device, twin.name), 'delete', 'accepted', deletedDocument(twin, ctx.now, correlation))
  }
}

function perform(ctx: Context, connection: Connection | undefined, request: ShadowTopic, payload: Uint8Array): void {
  if (request.operation === 'update') updateShadow(ctx, request, readShadowUpdate(payload), connection?.id)
  else if (request.operation === 'delete') deleteShadow(ctx, request, readDelete(payload))
  else {
    const token = readGet(payload)
    say(ctx, request, 'get', 'accepted', getDocument(getShadow(ctx, request, token), ctx.now, token))
  }
}

/** Responses are ordinary messages to every subscriber; QoS 1, so that the subscriber's QoS decides [aws 5.1]. */
function say(
  ctx: Context,
  { thing, shadow }: ShadowName,
  operation: ShadowOperation,
  outcome: ShadowOutcome,
  payload: string,
): void {
  const topic = formatShadowTopic({ thing, ...(shadow !== undefined && { shadow }), operation, outcome })
  ctx.publish({ topic, payload, qos: 1 }, `[aws 5.1] shadow ${operation}/${outcome}`)
}

const shadowName = (key: string, shadow: string | undefined): ShadowName => ({
  thing: nameOf(key),
  ...(shadow !== undefined && { shadow }),
})
