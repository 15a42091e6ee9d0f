/**
 * Text from elsewhere as people may be shown it, on a terminal or in a log: what would move the cursor, begin a line,
 * or turn the direction of writing, is shown as an escape, `\x1b` or `\u202e`. Letters and signs of all languages stay.
 */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, escaped)

/**
 * The same for text of several lines, of which only some came from elsewhere: lines stay, and so do the colors in it if
 * it is `colored`.
 */
export const printableLines = (text: string, colored: boolean): string =>
  text.replace(/\n|\x1b\[\d{1,3}m|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (found) => {
    const color = found.length > 2 && found.startsWith('\x1b[')
    if (found === '\n' || (color && colored)) return found
    return color ? `${escaped('\x1b')}${found.slice(1)}` : escaped(found)
  })

/** JSON text that a terminal may have: JSON itself escapes only what is below a blank. */
export const printableJson = (json: string): string => json.replace(/[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu, inJson)

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function escaped(character: string): string {
  const code = character.codePointAt(0)!
  return (
    NAMED[character] ??
    (code < 0x100 ? `\\x${hex(code, 2)}` : code < 0x10000 ? `\\u${hex(code, 4)}` : `\\u{${hex(code, 5)}}`)
  )
}

const inJson = (character: string): string =>
  [...Array(character.length).keys()].map((at) => `\\u${hex(character.charCodeAt(at), 4)}`).join('')

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0')
