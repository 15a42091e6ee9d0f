import { nameOf } from '../../../../src/core/ids.ts'
import { keyOf } from '../../../../src/core/ids.ts'
import type { Route } from '../../../../src/dialect/dialect.ts'
import { registerFactory } from '../auth/factory.ts'
import { action } from '../http/action.ts'
import { json } from '../wire/errors.ts'
import { register } from './devices.ts'

/** Toys, and the shelves that they stand on: groups. */
export const registryActions: Route[] = [
  action('CreateToy', ({ ctx, text }) => json({ Name: register(ctx, text('Name')).name })),
  action('GetToy', ({ ctx, device }) => {
    const { name, groups } = device()
    return json({ Name: name, Online: ctx.engine.connections.isOnline(device().key), Shelves: groups.map(nameOf) })
  }),
  action('AddPart', ({ ctx, text, device }) => {
    const { name } = register(ctx, text('Part'), { parent: device().key, kind: text('Kind') })
    return json({ Name: name })
  }),
  action('RegisterFactory', ({ ctx, text }) => {
    registerFactory(ctx, text('Certificate'))
    return json({})
  }),
  action('DeleteToy', ({ ctx, device }) => {
    ctx.engine.devices.delete(ctx.turn, device().key)
    return json({})
  }),
  action('PutOnShelf', ({ ctx, text, device }) => {
    const shelf = keyOf('toy', text('Shelf'))
    const { key } = device()
    if (ctx.engine.groups.get(shelf) === undefined)
      ctx.engine.groups.create(ctx.turn, { dialect: 'toy', name: nameOf(shelf) })
    ctx.engine.devices.join(ctx.turn, key, shelf)
    return json({})
  }),
  action('TakeFromShelf', ({ ctx, text, device }) => {
    ctx.engine.devices.leave(ctx.turn, device().key, keyOf('toy', text('Shelf')))
    return json({})
  }),
]
