import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { HubError } from '../core/errors.ts'
import { checkOwn } from './own-files.ts'
import { known, say, wordsOf, type Label } from '../core/said.ts'

const IGNORE = '.gitignore'

/** What a hub keeps in its folder; nothing else there is ours to delete. */
export const BELONGINGS = ['state', 'certificates', 'token', 'hub.json']
/** Those of them that are not looked after elsewhere. */
export const REQUIRED_FILES = ['certificates', 'token', IGNORE]

/**
 * Makes the folder, if need be, and sees to it that git ignores what is in it, unless there is something of somebody
 * else's, too. Throws if what is there leads elsewhere, or is another user's.
 */
export async function prepareFolder(data: string): Promise<void> {
  await mkdir(data, { recursive: true, mode: 0o700 })
  for (const name of BELONGINGS) {
    await checkOwn(data, name).catch((error: Error) => {
      throw new HubError('INVALID', say`the data folder ${data} cannot be used: ${known(wordsOf(error))}`, {
        field: 'data',
      })
    })
  }
  const names = await readdir(data)
  if (names.some((name) => !BELONGINGS.includes(name))) return
  await writeFile(join(data, IGNORE), '*\n', { flag: 'wx' })
}

/** What the system says of a folder that cannot be made, read or written, and what people make of it. */
const WORDS: Record<string, Label> = {
  EACCES: 'its rights do not allow that',
  EPERM: 'its rights do not allow that',
  EROFS: 'it can only be read',
  ENOSPC: 'there is no room left',
  EDQUOT: 'there is no room left',
  ENOTDIR: 'a file is in the way',
  EEXIST: 'a file is in the way',
}

/** The error of a start, in words that name the folder and the flag if it comes from the data folder; else as it is. */
export function explainFolder(error: unknown, data: string): unknown {
  if (
    !(error instanceof Error) ||
    !('code' in error) ||
    !('syscall' in error) ||
    error.syscall === 'listen' ||
    isElsewhere(error, data)
  )
    return error
  const words = WORDS[String(error.code)]
  if (words === undefined) return error
  return new HubError(
    'INVALID',
    say`the data folder ${data} cannot be used, ${known(words)} (${error.message}): mend that, or choose another with --data`,
    { field: 'data' },
  )
}

/** The system names a path that is neither in the folder nor on the way to it. */
function isElsewhere(error: Error, data: string): boolean {
  if (!('path' in error) || typeof error.path !== 'string') return false
  const [path, folder] = [resolve(error.path) + sep, resolve(data) + sep]
  return !path.startsWith(folder) && !folder.startsWith(path)
}
