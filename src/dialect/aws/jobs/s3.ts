import type { ObjectRef } from '../../../core/seam/needs.ts'

/**
 * `s3.amazonaws.com`, `s3-us-west-2.amazonaws.com`, `s3.us-west-2.amazonaws.com`, each with or without a bucket in
 * front.
 */
const HOST = /^(?:(.+)\.)?s3(?:[.-](?:dualstack\.)?[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?$/

/** What an S3 URL names, a key perhaps without anything in it. */
interface Named {
  bucket: string
  key: string
  /** Whether it is the URL of a web address, in which `%20` stands for a blank. */
  web: boolean
}

/**
 * The object an S3 URL of any style names [aws 3.10], the tutorial's legacy dash form among them. Beyond AWS, `file:`
 * and plain paths name `bucket/key` in the local folder. `undefined` if there is no bucket or no key.
 */
export function parseS3Url(text: string): ObjectRef | undefined {
  const { bucket, key, web } = named(text.split(/[?#]/, 1)[0] ?? '') ?? {}
  if (bucket === undefined || key === undefined) return undefined
  if (web !== true && text.startsWith('s3:')) return refOf(bucket, key)
  try {
    return refOf(decodeURIComponent(bucket), decodeURIComponent(key))
  } catch {
    return undefined
  }
}

/** The same, but that its key is taken as it is written, `%`, `?` and `#` among its letters [aws 3.10]. */
export function parseWrittenUrl(text: string): ObjectRef | undefined {
  const found = named(text)
  return found && refOf(found.bucket, found.key)
}

/** A URL of S3 that names a bucket and no key, or no bucket either: `undefined` for any other text. */
export function bucketIn(text: string): { bucket?: string } | undefined {
  const found = named(text.endsWith('/') ? text : `${text}/`)
  if (found === undefined || found.key !== '') return undefined
  return found.bucket === '' ? {} : { bucket: found.bucket }
}

/** The version an S3 URL asks for: a local folder has but one. */
export const hasVersion = (url: string): boolean => /[?&]versionId=/.test(url)

function named(text: string): Named | undefined {
  const [, host, path = ''] = /^https?:\/\/([^/?#]+)(?:\/(.*))?$/is.exec(text) ?? []
  if (host !== undefined) {
    const style = HOST.exec(host.toLowerCase())
    if (style === null) return undefined
    return style[1] === undefined ? split(path, true) : { bucket: style[1], key: path, web: true }
  }
  const local = /^(?:s3:\/\/|file:\/{0,3}|\.\/)?([^:]+)$/is.exec(text)?.[1]
  return local === undefined ? undefined : split(local, false)
}

function split(path: string, web: boolean): Named | undefined {
  const slash = path.indexOf('/')
  if (slash < 0) return path === '' ? { bucket: '', key: '', web } : undefined
  return { bucket: path.slice(0, slash), key: path.slice(slash + 1), web }
}

const refOf = (bucket: string, key: string): ObjectRef | undefined =>
  bucket === '' || key === '' ? undefined : { bucket, key }
