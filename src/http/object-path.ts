import type { ObjectRef } from '../core/seam/needs.ts'

/** The parts of a reference as path segments, or `undefined` if it could name anything outside its folder. */
export function segmentsOf(
  ref: ObjectRef,
  platform: NodeJS.Platform = process.platform,
): { bucket: string; key: string[] } | undefined {
  const key = ref.key.split('/')
  return [ref.bucket, ...key].every((segment) => isSafe(segment, platform)) ? { bucket: ref.bucket, key } : undefined
}

/**
 * An empty segment would give one file two names, or make the path absolute. A backslash and a drive letter are refused
 * everywhere, so that the same references work on every system.
 */
function isSafe(segment: string, platform: NodeJS.Platform): boolean {
  if (segment === '' || segment === '.' || segment === '..') return false
  if (/[/\\\0]/.test(segment) || /^[a-z]:/i.test(segment)) return false
  return platform !== 'win32' || !isStrangeOnWindows(segment)
}

/**
 * Windows ignores dots and blanks at the end, reads `:` as a hidden stream of the file, and keeps names for devices.
 */
const isStrangeOnWindows = (segment: string): boolean =>
  /[<>:"|?*]|[. ]$/.test(segment) || /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(segment)
