/**
 * Whether a text is the plain name of a file, on every system: no path, no way up, no device of Windows, no stream. A
 * hub in another process names files; it does not choose where they go.
 */
export function isFileName(text: string): boolean {
  if (text === '' || text.length > 255 || text === '.' || text === '..') return false
  if (/[\x00-\x1f\x7f/\\:*?"<>|]/.test(text) || /[. ]$/.test(text)) return false
  return !/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(text)
}
