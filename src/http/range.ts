/** The bytes of an answer, first and last included. */
export interface ByteRange {
  start: number
  end: number
}

/**
 * Reads a Range header for a content of `size` bytes. `whole`: there is no range to obey, which by [RFC 9110 14.2] is
 * also the answer to another unit, broken syntax and several ranges at once. `unsatisfiable`: nothing of it exists.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | 'whole' | 'unsatisfiable' {
  const [, first, last] = /^bytes\s*=([^-]*)-([^-]*)$/i.exec(header?.trim() ?? '') ?? []
  if (first === undefined || last === undefined) return 'whole'
  const [from, to] = [first.trim(), last.trim()]
  if (!/^\d*$/.test(from) || !/^\d*$/.test(to) || (from === '' && to === '')) return 'whole'
  if (from === '') return suffix(Number(to), size)
  const start = Number(from)
  const end = to === '' ? Infinity : Number(to)
  if (end < start) return 'whole'
  return start >= size ? 'unsatisfiable' : { start, end: Math.min(end, size - 1) }
}

function suffix(length: number, size: number): ByteRange | 'unsatisfiable' {
  if (length === 0 || size === 0) return 'unsatisfiable'
  return { start: Math.max(0, size - length), end: size - 1 }
}

/** Whether If-None-Match or If-Match names this entity tag; `strong` says that a weak tag does not count. */
export function namesEtag(header: string, etag: string, comparison: 'weak' | 'strong'): boolean {
  if (header.trim() === '*') return true
  return header.split(',').some((part) => {
    const tag = part.trim()
    if (tag.startsWith('W/')) return comparison === 'weak' && tag === `W/"${etag}"`
    // Some clients leave out the quotes.
    return tag === `"${etag}"` || tag === etag
  })
}
