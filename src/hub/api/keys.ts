import { notFound } from '../../core/errors.ts'
import type { HubApi } from '../../shared/api.ts'
import { dialectNamed, type ApiSources } from './sources.ts'
import { asSaid, say } from '../../core/said.ts'

/** The keys of those who manage devices from other machines, cloud by cloud. */
export function keysApi(sources: ApiSources): Pick<HubApi, 'keys' | 'setKey' | 'serviceKit'> {
  const { dialects, perform } = sources
  return {
    keys: async () => {
      const lists = dialects.map(({ name: dialect, keys }) => {
        if (keys === undefined) return []
        return perform(dialect, 'keys', (ctx) => keys.list(ctx).map((key) => ({ dialect, ...key })))
      })
      return (await Promise.all(lists)).flat()
    },
    setKey: async (name, key, value) => {
      const { keys, title } = dialectNamed(sources, name)
      if (keys === undefined) throw notFound(say`${asSaid(title)} has no keys`)
      await perform(name, 'setKey', (ctx) => keys.set(ctx, key, value))
    },
    serviceKit: async (name) => {
      const { services, title } = dialectNamed(sources, name)
      if (services === undefined) throw notFound(say`${asSaid(title)} has nothing that services need to be given`)
      const { ca } = sources.endpoints()
      return { dialect: name, title, ...(await perform(name, 'serviceKit', (ctx) => services.kit(ctx, ca))) }
    },
  }
}
