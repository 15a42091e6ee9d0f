import type { HttpRequest } from '../../../core/seam/http.ts'
import type { Params } from '../../dialect.ts'
import type { RequestFacts } from './policy-facts.ts'
import type { Plane } from '../wire/planes.ts'
import { flagOf } from '../wire/parameters.ts'

/**
 * What a request over HTTP takes, as policies name it: every one of the actions, on the part of an ARN after the
 * account.
 */
export interface RequiredActions {
  actions: string[]
  resource: string
  asking?: RequestFacts
}

/** The name under which the hub is asked, without its port. */
export const hostOf = ({ headers }: HttpRequest): string | undefined => headers['host']?.replace(/:\d{1,5}$/, '')

/** Jobs have a service of their own in policies, which `iot:*` does not cover [aws 4.7.1]. */
export function askedFor(plane: Plane, operation: string, request: HttpRequest, params: Params): RequiredActions {
  if (plane === 'jobs-data') {
    const { jobId } = params
    return {
      actions: [`iotjobsdata:${operation}`],
      resource: thingOf(params),
      ...(jobId !== undefined && { asking: { jobId } }),
    }
  }
  // To retain a message takes a right of its own, as over MQTT.
  const actions =
    operation === 'Publish' && flagOf(request, 'retain') ? ['iot:Publish', 'iot:RetainPublish'] : [`iot:${operation}`]
  const topic = operation === 'SendDirectMessage' ? request.query.get('topic') : null
  return { actions, resource: resourceOf(request, params), ...(topic !== null && { asking: { topic } }) }
}

/** A topic, a client, a thing, or its named shadow. */
function resourceOf({ query }: HttpRequest, params: Params): string {
  const { thingName, topic, clientId } = params
  if (topic !== undefined) return `topic/${topic}`
  if (clientId !== undefined) return `client/${clientId}`
  const shadow = thingName === undefined ? '' : (query.get('name') ?? '')
  return shadow === '' ? thingOf(params) : `${thingOf(params)}/${shadow}`
}

const thingOf = ({ thingName }: Params): string => (thingName === undefined ? '*' : `thing/${thingName}`)
