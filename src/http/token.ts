import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { invalid } from '../core/errors.ts'
import { say, type Words } from '../core/said.ts'

/**
 * The token of the hub's own API, from its file; made at the first start. The file is for its owner only. Throws
 * INVALID for a file that holds something else than a token.
 */
export async function loadToken(path: string, onNotice: (text: Words) => void): Promise<string> {
  const token = (await readIfThere(path))?.trim()
  if (token === undefined || token === '') return createToken(path)
  if (!/^[A-Za-z0-9._~+/-]{16,}=*$/.test(token)) {
    throw invalid(
      'token',
      path,
      'must hold at least 16 characters of A–Z a–z 0–9 . _ ~ + / -; delete the file to get a new token',
    )
  }
  await tighten(path, onNotice)
  return token
}

/** Written aside and renamed: a crash in between leaves no half token. */
async function createToken(path: string): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  const aside = `${path}.${process.pid}.tmp`
  await mkdir(dirname(path), { recursive: true })
  await writeFile(aside, `${token}\n`, { mode: 0o600 })
  await rename(aside, path)
  return token
}

async function tighten(path: string, onNotice: (text: Words) => void): Promise<void> {
  // Windows has no such modes; there the user's profile folder protects the file.
  if (process.platform === 'win32' || ((await stat(path)).mode & 0o077) === 0) return
  await chmod(path, 0o600)
  onNotice(
    say`${path} could be read by other users; now it cannot. If one may have, delete the file to get a new token`,
  )
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Whether an Authorization header carries the token, compared in a time that does not depend on where they differ. */
export function bearsToken(authorization: string | undefined, token: string): boolean {
  const given = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
  return given !== undefined && timingSafeEqual(digest(given), digest(token))
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
