import { stat } from 'node:fs/promises'
import { HubError } from '../core/errors.ts'
import { say, type Words } from '../core/said.ts'

/**
 * Says so if the folder that stands in for S3 is not there: until somebody makes it nothing is found in it. Throws
 * INVALID if there is something else of that name.
 */
export async function checkBucketFolder(folder: string, note: (text: Words) => unknown): Promise<void> {
  const found = await stat(folder).catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOTDIR' ? error : undefined,
  )
  if (found === undefined) {
    note(say`the bucket folder ${folder} is not there: job documents and firmware are found once you make it`)
  } else if (found instanceof Error || !found.isDirectory()) {
    throw new HubError('INVALID', say`bucket: ${folder} must be a folder`, { field: 'bucket' })
  }
}
