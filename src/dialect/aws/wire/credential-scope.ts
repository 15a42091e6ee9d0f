import type { HttpRequest } from '../../../core/seam/http.ts'
import type { Context } from '../../dialect.ts'

/** What a SigV4 credential scope says: `{key}/{date}/{region}/{service}/aws4_request`. */
export interface CredentialScope {
  accessKey: string
  region: string
  service: string
}

const SCOPE = /^(.+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request$/
const HEADER = /^AWS4-(?:HMAC-SHA256|ECDSA-P256-SHA256)\s.*?Credential=([^,\s]+)/

/** The SigV4 credential of a request, from its `Authorization` header or its query; `undefined` if it has none. */
export function credentialOf({ headers, query }: Pick<HttpRequest, 'headers' | 'query'>): CredentialScope | undefined {
  const header = headers['authorization']
  return parseScope(
    (header === undefined ? undefined : HEADER.exec(header)?.[1]) ?? query.get('X-Amz-Credential') ?? undefined,
  )
}

function parseScope(scope: string | undefined): CredentialScope | undefined {
  const [, accessKey, region, service] = scope === undefined ? [] : (SCOPE.exec(scope) ?? [])
  return accessKey === undefined || region === undefined || service === undefined
    ? undefined
    : { accessKey, region, service }
}

/**
 * Strict mode says that a signature was believed. It is a warning, not something ignored: `--strict` would refuse every
 * SDK and the CLI, for all of them sign. Those from elsewhere have been verified.
 */
export function believe(ctx: Context, { local }: { local: boolean }): void {
  if (ctx.settings.mode === 'strict' && local)
    ctx.warn('aws', 'SigV4 signatures from this machine are believed, whatever key they are made with')
}
