import { prose, type Fields } from '../rest/fields.ts'
import type { PresignedUrlConfig } from './extra.ts'

/** [aws 3.4] Members that CreateJob, UpdateJob and job templates have in common; INVALID if one breaks a bound. */

export const DESCRIPTION = prose(2028)

export const JOB_ID = { pattern: /^[a-zA-Z0-9_-]{1,64}$/, says: 'must match [a-zA-Z0-9_-]{1,64}' }

export function readPresignedUrlConfig(fields: Fields): PresignedUrlConfig | undefined {
  const config = fields.fields('presignedUrlConfig')
  if (config === undefined) return undefined
  const roleArn = config.text('roleArn', { min: 20, max: 2048 })
  const expiresInSec = config.integer('expiresInSec', 60, 3600)
  return { ...(roleArn !== undefined && { roleArn }), ...(expiresInSec !== undefined && { expiresInSec }) }
}

export const readPackageVersions = (fields: Fields): string[] | undefined =>
  fields.list('destinationPackageVersions', 0, 25)?.map((arn) => {
    if (typeof arn !== 'string') throw fields.refuse('destinationPackageVersions', 'must be a list of ARNs')
    return arn
  })

export const readNamespace = (fields: Fields): string | undefined =>
  fields.text('namespaceId', { pattern: /^[a-zA-Z0-9_-]+$/, says: 'must match [a-zA-Z0-9_-]+' })
