import { createHash } from 'node:crypto'
import type { HttpRequest } from '../../../core/seam/http.ts'
import { LOCAL_CALLER } from '../wire/arns.ts'

/** The access key in URLs that look as if a role had signed them; whose else a credential is, somebody else signed. */
const ACCESS_KEY = 'ASIALOCALIOTHUBROLES'

/** In base64 and escaped for a URL some 1,560 characters, so that no URL with it has less than 1,800. */
const TOKEN_BYTES = 1100

/** Whether a request bears no credential of S3's, or that of the URLs of this hub. */
export function hasNoOtherSigner({ query }: Pick<HttpRequest, 'query'>): boolean {
  const credential = query.get('X-Amz-Credential')
  return credential === null || credential.startsWith(`${ACCESS_KEY}/`)
}

/**
 * The query that S3's presigned URLs have where a role's temporary credentials sign, in the order of AWS's SDKs, and
 * without the signature. The token is made of `seed`, so that one URL has the same at every fetch.
 */
export function queryOfRole(seed: string, date: string, seconds: number): Record<string, string> {
  const token = createHash('shake256', { outputLength: TOKEN_BYTES }).update(seed).digest('base64')
  return {
    'X-Amz-Security-Token': token,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Date': date,
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Expires': String(seconds),
    'X-Amz-Credential': `${ACCESS_KEY}/${date.slice(0, 8)}/${LOCAL_CALLER.region}/s3/aws4_request`,
  }
}
