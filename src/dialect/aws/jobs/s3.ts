import type { ObjectRef } from '../../../core/seam/http.ts'

/** `s3.amazonaws.com`, `s3-us-west-2.amazonaws.com`, `s3.us-west-2.amazonaws.com`, each with or without a bucket in front. */
const HOST = /^(?:(.+)\.)?s3(?:[.-](?:dualstack\.)?[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?$/

/**
 * The object an S3 URL of any style names [aws 3.10], the tutorial's legacy dash form among them. Beyond AWS, `s3://`,
 * `file:` and plain paths name `bucket/key` in the local folder. `undefined` if there is no bucket or no key.
 */
export function parseS3Url(text: string): ObjectRef | undefined {
  const [, host, path = ''] = /^https?:\/\/([^/?#]+)\/([^?#]*)/i.exec(text) ?? []
  if (host !== undefined) {
    const style = HOST.exec(host.toLowerCase())
    if (style === null) return undefined
    return style[1] === undefined ? split(path) : refOf(style[1], path)
  }
  const local = /^(?:s3:\/\/|file:\/{0,3}|\.\/)?([^:?#]+)$/i.exec(text)?.[1]
  return local === undefined ? undefined : split(local)
}

/** An S3 URL that names a bucket and no key. */
export const isBucketUrl = (url: string): boolean =>
  parseS3Url(url) === undefined && parseS3Url(`${url.replace(/\/$/, '')}/x`) !== undefined

/** The version an S3 URL asks for: a local folder has but one. */
export const hasVersion = (url: string): boolean => /[?&]versionId=/.test(url)

function split(path: string): ObjectRef | undefined {
  const slash = path.indexOf('/')
  return slash < 0 ? undefined : refOf(path.slice(0, slash), path.slice(slash + 1))
}

function refOf(bucket: string, key: string): ObjectRef | undefined {
  try {
    const ref = { bucket: decodeURIComponent(bucket), key: decodeURIComponent(key) }
    return ref.bucket === '' || ref.key === '' ? undefined : ref
  } catch {
    return undefined
  }
}
