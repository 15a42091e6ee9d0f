import { styleText } from 'node:util'
import type { Verbosity } from './arguments.ts'
import { writeJson } from '../shared/json-text.ts'
import { printable, printableJson, printableLines } from '../shared/printable.ts'
import { messages } from './messages.ts'

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** The part of a terminal or pipe that is written to. */
export interface Sink {
  write(text: string): unknown
  isTTY?: boolean
  columns?: number
}

export interface OutputOptions extends Verbosity {
  stdout: Sink
  stderr: Sink
  env: Readonly<Record<string, string | undefined>>
}

/** All that the CLI says. With `json`, stdout carries nothing but JSON lines and people are told on stderr. */
export class Output {
  readonly #options: OutputOptions
  readonly #people: Sink
  /** Whether a line can be redrawn where people read. */
  readonly live: boolean
  #line = ''

  constructor(options: OutputOptions) {
    this.#options = options
    this.#people = options.json ? options.stderr : options.stdout
    this.live = this.#people.isTTY === true && options.env['TERM'] !== 'dumb'
  }

  get json(): boolean {
    return this.#options.json
  }

  /** Columns of the terminal. */
  get columns(): number {
    return this.#people.columns ?? 80
  }

  /** Tells people, unless they want quiet. */
  say(text: string): void {
    if (!this.#options.quiet) this.#above(this.#people, this.#printable(this.#people, text))
  }

  /** Tells what goes wrong, always and on stderr. */
  complain(text: string, style?: Style): void {
    const { stderr } = this.#options
    const shown = this.#printable(stderr, text)
    this.#above(
      stderr,
      style !== undefined && this.#colors(stderr) ? styleText(style, shown, { validateStream: false }) : shown,
    )
  }

  /** The message of a failure, and with `verbose` where it comes from. */
  fail(error: unknown, wrap: (reason: string) => string = (reason) => reason): void {
    const reason = error instanceof Error && error.message !== '' ? error.message : String(error)
    // Names in it may be anybody's: it is one line.
    this.complain(messages.error(wrap(printable(reason))))
    if (this.#options.verbose && error instanceof Error) this.complain(error.stack ?? '')
    // A programming error says little to people; what the hub refuses on purpose says enough.
    else if (error instanceof TypeError || error instanceof ReferenceError) this.complain(messages.moreWithVerbose)
  }

  /** One JSON line on stdout, if that is what was asked for. */
  event(event: { event: string; [key: string]: unknown }): void {
    if (this.#options.json) this.#options.stdout.write(`${printableJson(JSON.stringify(event))}\n`)
  }

  /** What was asked for: one line of JSON, or text for people, who get it even if they want quiet. */
  result(value: unknown, text: () => string): void {
    const { stdout, json } = this.#options
    stdout.write(`${json ? printableJson(writeJson(value)) : this.#printable(stdout, text())}\n`)
  }

  /** Draws a line that the next one replaces; the empty text takes it away. On a pipe it does nothing. */
  redraw(text: string): void {
    if (!this.live || this.#options.quiet || text === this.#line) return
    this.#people.write(`\r\x1b[2K${text}`)
    this.#line = text
  }

  /** Leaves the live line where it is. */
  settle(): void {
    if (this.#line !== '') this.#people.write('\n')
    this.#line = ''
  }

  /** Colored only on a terminal and only if NO_COLOR is not set [no-color.org]. */
  style(style: Style | Style[], text: string): string {
    return this.#colors(this.#people) ? styleText(style, text, { validateStream: false }) : text
  }

  /** Whatever clients have called themselves, a terminal takes no orders from them. */
  #printable(sink: Sink, text: string): string {
    return printableLines(text, this.#colors(sink))
  }

  #colors({ isTTY }: Sink): boolean {
    const { env } = this.#options
    return isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  }

  #above(sink: Sink, text: string): void {
    const line = this.#line
    this.redraw('')
    sink.write(`${text}\n`)
    this.redraw(line)
  }
}
