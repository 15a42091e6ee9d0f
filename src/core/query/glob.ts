/** A pattern in which some places stand for any characters; the others are UTF-16 code units. */
export type Glob = readonly number[]

/** Any number of any characters. */
export const ANY = -1
/** Exactly one character, whatever number of code units it has. */
export const ONE = -2

/** The pattern that matches this text only, whatever characters are in it. */
export const literal = (text: string): number[] =>
  Array.from({ length: text.length }, (_, index) => text.charCodeAt(index))

/**
 * Whether the pattern matches the whole text. Only the last `ANY` passed is ever gone back to, which is enough: so it
 * needs no more than pattern × text steps, whoever wrote the two. Allocates nothing.
 */
export function matchesGlob(glob: Glob, text: string): boolean {
  let at = 0
  let index = 0
  let star = -1
  let resume = 0
  while (index < text.length) {
    const wanted = glob[at]
    if (wanted === ANY) {
      star = at
      at += 1
      resume = index
    } else if (wanted === ONE) {
      at += 1
      index = afterCharacter(text, index)
    } else if (wanted === text.charCodeAt(index)) {
      at += 1
      index += 1
    } else if (star >= 0) {
      // Let the last wildcard take one character more.
      at = star + 1
      resume = afterCharacter(text, resume)
      index = resume
    } else return false
  }
  while (glob[at] === ANY) at += 1
  return at === glob.length
}

/** Where the character at `index` ends: emoji have two code units. */
function afterCharacter(text: string, index: number): number {
  const isPair = isHigh(text.charCodeAt(index)) && index + 1 < text.length && isLow(text.charCodeAt(index + 1))
  return index + (isPair ? 2 : 1)
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff
