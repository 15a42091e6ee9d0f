import { constants } from 'node:fs'
import { lstat, open, realpath } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'

/** Beyond this it is none of the small files that a hub writes. */
const MOST_BYTES = 64 * 1024

/** Windows has no such ids: there the user's profile folder protects the files. */
export const ownId = (): number | undefined => process.getuid?.()

/**
 * The text of a small file if it can be believed: a file of this user's that really lies in the folder, and no link
 * that leads out of it. `undefined` if there is none; throws, saying why, if it cannot be believed.
 */
export async function readOwn(folder: string, path: string, uid = ownId()): Promise<string | undefined> {
  const real = await placeIn(folder, path)
  if (real === undefined) return undefined
  // Neither a link that has been put there since, nor a pipe that nobody writes to.
  const handle = await open(real, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  try {
    const found = await handle.stat()
    if (!found.isFile()) throw new Error(`${path} is no ordinary file`)
    if (uid !== undefined && found.uid !== uid) throw new Error(`${path} belongs to another user`)
    if (found.size > MOST_BYTES) throw new Error(`${path} is larger than anything that a hub writes there`)
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}

/** Where the file really is; `undefined` if there is none. Throws if that is outside of the folder. */
async function placeIn(folder: string, path: string): Promise<string | undefined> {
  let home: string
  let around: string
  try {
    ;[home, around] = [await realpath(folder), await realpath(dirname(path))]
    const found = await lstat(join(around, basename(path)))
    if (found.isSymbolicLink()) throw new Error(`${path} is a link, not a file`)
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined
    throw error
  }
  if (around !== home && !around.startsWith(home + sep)) throw new Error(`${path} does not lie in ${folder}`)
  return join(around, basename(path))
}

/** Throws, saying why, if something of that name is there and is a link out of the folder, or another user's. */
export async function checkOwn(folder: string, name: string, uid = ownId()): Promise<void> {
  const found = await lstat(join(folder, name)).catch(() => undefined)
  if (found === undefined) return
  if (found.isSymbolicLink())
    throw new Error(`${join(folder, name)} is a link: what a hub keeps must lie in its own folder`)
  // Root works for others, too: in containers, whose folders are often somebody else's.
  if (uid !== undefined && uid !== 0 && found.uid !== uid)
    throw new Error(`${join(folder, name)} belongs to another user`)
}
