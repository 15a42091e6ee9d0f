import type { Route } from '../../dialect.ts'
import { textParameter } from '../wire/parameters.ts'
import { AwsError, invalidRequest } from '../wire/errors.ts'
import { operation } from '../wire/route.ts'

const TYPES = new Set(['iot:Data', 'iot:Data-ATS'])

/**
 * Where everything is [aws 4.4]: a host without scheme, with the HTTPS port unless that is the usual one. Device SDKs
 * take host and port apart; SDKs over HTTP put `https://` in front.
 */
export const endpointRoutes: Route[] = [
  operation('DescribeEndpoint', 'GET', '/endpoint', ({ ctx, request }) => {
    const type = textParameter(request, 'endpointType') ?? 'iot:Data'
    if (type === 'iot:Jobs') {
      // [aws 4.4] Retired; jobs are on the data endpoint.
      const message = 'Endpoint type iot:Jobs is no longer supported: use iot:Data-ATS.'
      throw new AwsError('InvalidRequestException', message)
    }
    if (type === 'iot:CredentialProvider')
      ctx.ignored('DescribeEndpoint: there is no credential provider behind iot:CredentialProvider')
    else if (!TYPES.has(type))
      throw invalidRequest('endpointType', type, `must be one of ${[...TYPES, 'iot:CredentialProvider'].join(', ')}`)
    const { host, https, http } = ctx.settings.endpoint
    const port = https > 0 ? https : http
    const name = host.includes(':') ? `[${host}]` : host
    return { endpointAddress: port === 443 ? name : `${name}:${port}` }
  }),
]
