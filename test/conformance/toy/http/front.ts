import type { Credential, Sight } from '../../../../src/dialect/credential.ts'
import type { HttpFront } from '../../../../src/dialect/dialect.ts'
import { commandActions } from '../commands/actions.ts'
import { isKey } from '../auth/key.ts'
import { registryActions } from '../registry/actions.ts'
import { failure, refusal } from '../wire/errors.ts'
import { songRoutes } from './songs.ts'
import type { HttpRequest } from '../../../../src/core/seam/http.ts'

const OWN_PATH = '/toyland/'

/** Toyland's own API: operations by their names, all on one path; files have paths of their own. */
export const http: HttpFront = {
  claim: ({ headers, path }) =>
    headers['x-toyland'] !== undefined ? 'marker' : path.startsWith(OWN_PATH) ? 'path' : 'no',
  credential,
  operationOf: ({ query }) => query.get('Action') ?? undefined,
  routes: [...registryActions, ...commandActions, ...songRoutes],
  notFound: ({ query }) => refusal('UnknownAction', `Toyland has no action ${query.get('Action')} here`, 404),
  failure,
}

/** Whoever manages toys from another machine shows the shop's key. */
function credential(ctx: Sight, { headers }: HttpRequest): Credential {
  return isKey(ctx, headers['x-toyland'] ?? '')
    ? { given: true, who: 'the key of the shop' }
    : { given: false, why: 'send the TOY_KEY that `iot-hub keys` shows as x-toyland' }
}
