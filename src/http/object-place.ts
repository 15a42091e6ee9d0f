import { mkdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { HubError, invalid } from '../core/errors.ts'
import type { ObjectRef } from '../core/seam/needs.ts'
import { segmentsOf } from './object-path.ts'
import { say } from '../core/said.ts'

/** In the root folder: what is still arriving. No object has such a name. */
export const INCOMING = '.incoming'

/** A bucket is a folder in `root`; where there is none of its name, `root` itself is the bucket. */
export async function bucketFolder(root: string, bucket: string): Promise<string> {
  const folder = join(root, bucket)
  return (await ifThere(stat(folder)))?.isDirectory() === true ? folder : root
}

/** The parts of the reference, or INVALID where no object can be. */
export function checkedSegments(ref: ObjectRef): { bucket: string; key: string[] } {
  const segments = segmentsOf(ref)
  if (segments === undefined || isReserved(segments))
    throw invalid('key', `${ref.bucket}/${ref.key}`, 'must be the path of a file in its bucket')
  return segments
}

export const isReserved = ({ bucket, key }: { bucket: string; key: string[] }): boolean =>
  bucket === INCOMING || key[0] === INCOMING

/**
 * Where an object is to be written. Makes the folders on the way to it, each only once it is sure to be in the
 * bucket's: FORBIDDEN where a symbolic link leads out of it.
 */
export async function makePlace(root: string, ref: ObjectRef): Promise<string> {
  const { bucket, key } = checkedSegments(ref)
  await mkdir(root, { recursive: true })
  const trueRoot = await realpath(root)
  const base = await realpath(await bucketFolder(trueRoot, bucket))
  let folder = base
  for (const segment of key.slice(0, -1)) {
    if (!isIn(folder, base)) break
    await mkdir(join(folder, segment)).catch(unlessThere)
    folder = await realpath(join(folder, segment))
  }
  if (!isIn(base, trueRoot) || !isIn(folder, base))
    throw new HubError('FORBIDDEN', say`${ref.bucket}/${ref.key} is on the other side of a symbolic link`)
  return join(folder, key.at(-1) ?? '')
}

/**
 * Runs what writes an object. A file where a folder should be, or the other way round, is a CONFLICT: the name is
 * wrong, not the disk.
 */
export async function explained<T>(ref: ObjectRef, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENAMETOOLONG') throw invalid('key', ref.key, 'must be shorter')
    if (WRONG_KIND.has(String(code)))
      throw new HubError(
        'CONFLICT',
        say`${ref.bucket}/${ref.key}: there is something else than a file, or a file on the way to it`,
      )
    throw error
  }
}

const WRONG_KIND = new Set(['EISDIR', 'ENOTDIR', 'ENOTEMPTY', 'ELOOP', 'ENOENT', 'ENXIO'])

const isIn = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

function unlessThere(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error
}

const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EINVAL'])

/** A file that is not there is an answer; one that cannot be read for another reason is an error. */
export async function ifThere<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise
  } catch (error) {
    if (ABSENT.has(String(codeOf(error)))) return undefined
    throw error
  }
}
