import { keyOf } from '../../../core/ids.ts'
import type { Connection } from '../../../core/seam/mqtt.ts'
import type { Context } from '../../dialect.ts'
import { isThingName } from '../wire/names.ts'

/**
 * Open mode lets clients in that show nothing but a client id. Those who only listen, or use topics of their own
 * making, are no devices: not `mosquitto_sub -i x -t '#'`. One that uses a topic of the thing that is named like its
 * client id is that thing, which is registered if it is new.
 */
export function usesTopic(ctx: Context, connection: Connection, topic: string): void {
  const { identity, request, session } = connection
  if (identity.device !== undefined || ctx.settings.mode !== 'open' || request.unnamed === true) return
  if (!topic.startsWith('$aws/things/') || !topic.startsWith(`${session}/`, THINGS) || !isThingName(session)) return
  ctx.engine.devices.ensure(ctx.turn, 'aws', session)
}

/** A client that is connected under the name of a thing stands for it, also if the thing is made after it has come. */
export function thingThere(ctx: Context, connection: Connection | undefined): void {
  if (connection === undefined || connection.identity.device !== undefined) return
  if (connection.request.unnamed === true) return
  const key = keyOf('aws', connection.session)
  if (ctx.engine.devices.get(key) !== undefined) ctx.identify(connection, key)
}

const THINGS = '$aws/things/'.length
