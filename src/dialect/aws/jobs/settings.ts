import type { Fields } from '../wire/fields.ts'
import type { PresignedUrlConfig } from './extra.ts'
import { PlanError } from './plan.ts'
import { say } from '../../../core/said.ts'

/** [aws 3.4] Members that CreateJob, UpdateJob and job templates have in common, held to the service model already. */

export const JOB_ID = { pattern: /^[a-zA-Z0-9_-]{1,64}$/, says: 'must match [a-zA-Z0-9_-]{1,64}' }

const ROLE = /^arn:aws[a-z-]*:iam::\d{12}:role\/./

export function readPresignedUrlConfig(fields: Fields): PresignedUrlConfig | undefined {
  const config = fields.fields('presignedUrlConfig')
  if (config === undefined) return undefined
  const roleArn = config.text('roleArn')
  const expiresInSec = config.integer('expiresInSec', -Infinity, Infinity)
  if (roleArn !== undefined && !ROLE.test(roleArn)) {
    throw new PlanError(config.name('roleArn'), say`Given role ${roleArn} is invalid.`)
  }
  return { ...(roleArn !== undefined && { roleArn }), ...(expiresInSec !== undefined && { expiresInSec }) }
}

export const readPackageVersions = (fields: Fields): string[] | undefined =>
  fields.list('destinationPackageVersions', 0, 25)?.map((arn) => {
    if (typeof arn !== 'string') throw fields.refuse('destinationPackageVersions', 'must be a list of ARNs')
    return arn
  })
