import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { HubError } from '../core/errors.ts'
import { checkOwn } from './own-files.ts'
import { asSaid, say, wordsOf } from '../core/said.ts'
import { diskFault } from '../shared/disk-fault.ts'

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
  await makeFolder(data)
  for (const name of BELONGINGS) {
    await checkOwn(data, name).catch((error: Error) => {
      throw new HubError('INVALID', say`the data folder ${data} cannot be used: ${asSaid(wordsOf(error))}`, {
        field: 'data',
      })
    })
  }
  const names = await readdir(data)
  if (names.some((name) => !BELONGINGS.includes(name))) return
  await writeFile(join(data, IGNORE), '*\n', { flag: 'wx' })
}

/** On a file system that can only be read, Node tells of the folders above that they are not there. */
async function makeFolder(data: string): Promise<void> {
  await mkdir(data, { recursive: true, mode: 0o700 }).catch(async (error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? await realReason(data, error) : error
  })
}

/** What the nearest folder that is there has against one in it. */
async function realReason(folder: string, error: NodeJS.ErrnoException): Promise<NodeJS.ErrnoException> {
  const above = dirname(folder)
  if (error.code !== 'ENOENT' || above === folder) return error
  const own = await mkdir(folder, { mode: 0o700 }).catch((found: NodeJS.ErrnoException) => found)
  return own === undefined ? error : realReason(above, own)
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
  const words = diskFault(error)
  if (words === undefined) return error
  return new HubError(
    'INVALID',
    say`the data folder ${data} cannot be used, ${asSaid(words)} (${error.message}): mend that, or choose another with --data`,
    { field: 'data' },
  )
}

/** The system names a path that is neither in the folder nor on the way to it. */
function isElsewhere(error: Error, data: string): boolean {
  if (!('path' in error) || typeof error.path !== 'string') return false
  const [path, folder] = [resolve(error.path) + sep, resolve(data) + sep]
  return !path.startsWith(folder) && !folder.startsWith(path)
}
