/** Deeper than anybody means, and far from where writing it again would exhaust the stack. */
const MOST_LEVELS = 200
/** Reading as many members costs some 20 ms; each one unknown to the reader would be work of its own. */
const MOST_VALUES = 20_000

/** How much JSON one input may hold. */
export interface JsonBounds {
  levels?: number
  values?: number
}

/** JSON it may be, but more of it than is read. */
export class TooMuchJson extends SyntaxError {
  override readonly name = 'TooMuchJson'
}

/**
 * JSON from outside, read with bounded work: what nests deeper or holds more values than anybody means is refused
 * before it is read. Throws SyntaxError for what is no JSON, and TooMuchJson, which is one, for that.
 */
export function parseJson(text: string, bounds: JsonBounds = {}): unknown {
  checkBounds(text, bounds)
  return JSON.parse(text)
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN = [0x5b, 0x7b]
const CLOSE = [0x5d, 0x7d]

/** One look at each character; what it counts in text that is no JSON does not matter. */
function checkBounds(text: string, { levels = MOST_LEVELS, values = MOST_VALUES }: JsonBounds): void {
  // Each value costs at least two characters, each level one.
  if (text.length < levels) return
  let depth = 0
  let count = 0
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) {
      i = endOfString(text, i)
    } else if (code === COMMA || code === COLON) {
      count += 1
      if (count > values) throw new TooMuchJson(`more than ${values} values`)
    } else if (code === OPEN[0] || code === OPEN[1]) {
      depth += 1
      if (depth > levels) throw new TooMuchJson(`more than ${levels} levels of nesting`)
    } else if (code === CLOSE[0] || code === CLOSE[1]) {
      depth -= 1
    }
  }
}

/** The index of the quotation mark that ends the string, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) return i
    if (code === BACKSLASH) i += 1
  }
  return text.length
}
