import { memberSpans } from '../../shared/json-text.ts'

/**
 * How far a file sets its document in. Every line after the document's first begins with it, or it is none: somebody
 * has laid the document out without looking at the file around it. A line can begin within no JSON string, so nothing
 * else is touched.
 */
export class Indentation {
  private constructor(private readonly prefix: string) {}

  /** Of a file that is a JSON object. */
  static in(file: string): Indentation {
    const span = memberSpans(file).get('document')
    if (span === undefined) return new Indentation('')
    const before = file.slice(file.lastIndexOf('\n', span.nameAt) + 1, span.nameAt)
    const [prefix = ''] = /^[ \t]*/.exec(before) ?? []
    const [, ...lines] = file.slice(span.start, span.end).split('\n')
    return new Indentation(lines.every((line) => line.startsWith(prefix)) ? prefix : '')
  }

  without(document: string): string {
    return document.replaceAll(`\n${this.prefix}`, '\n')
  }

  around(document: string): string {
    return document.replaceAll('\n', `\n${this.prefix}`)
  }
}
