/** One line of the table. */
export interface Result {
  /** What `--only` calls the row it belongs to. */
  row: string
  what: string
  bar: string
  measured: string
  /** From the lowest to the highest of the rounds. */
  spread: string
  /** Absent where there is no bar. */
  holds?: boolean
  /** Absolute figures and anything that must be known to read the number, one line each. */
  notes: string[]
  /** Every round's figures, for `--json`. */
  raw: Record<string, unknown>
}

const HEAD = ['what', 'bar', 'measured', 'rounds', '']

/** The results as aligned text, each with its notes below it. */
export function formatTable(results: readonly Result[]): string {
  const lines = results.map((result) => [result.what, result.bar, result.measured, result.spread, verdict(result)])
  const widths = HEAD.map((head, column) => Math.max(head.length, ...lines.map((cells) => cells[column]!.length)))
  const format = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd()
  const rule = widths.map((width) => '─'.repeat(width)).join('  ')
  const body = results.flatMap((result, index) => [format(lines[index]!), ...result.notes.map((note) => `    ${note}`)])
  return [format(HEAD), rule, ...body].join('\n')
}

const verdict = ({ holds }: Result): string => (holds === undefined ? '' : holds ? 'holds' : 'MISSES')

/** `12,345` */
export const whole = (value: number): string => Math.round(value).toLocaleString('en-US')
/** `1.23 ×` */
export const times = (value: number): string => `${value.toFixed(2)} ×`
/** `12.3 ms`, from 100 on `123 ms` */
export const ms = (value: number): string => `${value < 100 ? value.toFixed(1) : whole(value)} ms`
/** `3.2 KB` */
export const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`
/** `56.7 µs` */
export const micros = (value: number): string => `${value.toFixed(1)} µs`
