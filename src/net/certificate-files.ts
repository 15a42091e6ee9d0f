import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HubError } from '../core/errors.ts'
import type { CertificateWithKey } from './certificate-maker.ts'
import { asSaid, say, type Words } from '../core/said.ts'

/** The two files of a certificate: `ca` → ca.pem and ca-key.pem. */
const pathsOf = (directory: string, name: string) => ({
  cert: join(directory, `${name}.pem`),
  key: join(directory, `${name}-key.pem`),
})

/**
 * The pair that is there; `undefined` if neither file is. Anything else is INVALID: who trusts it decides what becomes
 * of it.
 */
export async function readPair(directory: string, name: string): Promise<CertificateWithKey | undefined> {
  const paths = pathsOf(directory, name)
  const [cert, key] = [await read(paths.cert), await read(paths.key)]
  if (cert === undefined && key === undefined) return undefined
  if (cert === undefined) throw broken(paths.cert, say`is missing, but ${paths.key} is there`)
  if (key === undefined) throw broken(paths.key, say`is missing, but ${paths.cert} is there`)
  const certificate = parse(paths.cert, 'a certificate', () => new X509Certificate(cert))
  const privateKey = parse(paths.key, 'a private key', () => createPrivateKey(key))
  if (!certificate.checkPrivateKey(privateKey)) throw broken(paths.key, say`does not belong to ${paths.cert}`)
  return { cert, key }
}

/** Readable by the owner only where it matters. */
export async function writePair(directory: string, name: string, { cert, key }: CertificateWithKey): Promise<void> {
  const paths = pathsOf(directory, name)
  await mkdir(directory, { recursive: true })
  await replace(paths.key, key, 0o600)
  await replace(paths.cert, cert, 0o644)
}

export const authorityFile = (directory: string): string => pathsOf(directory, 'ca').cert

/** Refuses a file and says what can be done. */
export function broken(path: string, why: Words): HubError {
  return new HubError(
    'INVALID',
    say`${path} ${asSaid(why)}. Put back the file as it was; or remove this certificate and its key, to have new ones made (clients must then trust the new ca.pem)`,
    { field: path },
  )
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function parse<T>(path: string, what: Words, read: () => T): T {
  try {
    return read()
  } catch {
    throw broken(path, say`is damaged: it is not ${asSaid(what)}`)
  }
}

async function replace(path: string, text: string, mode: number): Promise<void> {
  const fresh = `${path}.new`
  await writeFile(fresh, text, { mode })
  await rename(fresh, path)
}
