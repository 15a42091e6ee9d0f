import { defaultOptions } from '../shared/options.ts'
import type { Verbosity } from './arguments.ts'
import { flagsOf, formsOf, type CallCommand } from './flags.ts'
import { messages } from './messages.ts'
import type { FlagValue } from './read-value.ts'
import { UsageError } from './usage-error.ts'

/** Something asked of a hub that runs already. */
export interface CallInvocation {
  command: 'call'
  /** The command and the form of words it was given: `job create`, `job` for `job NAME`. */
  call: string
  /** What stands for the capitals of the form, in their order. */
  words: string[]
  /** Where the hub is: its data folder, or a URL and the file with its token. */
  at: { data: string } | { url: string; tokenFile: string }
  verbosity: Verbosity
  search?: string
  parts: boolean
  comment?: string
  out?: string
  kind?: string
  force: boolean
}

/** Reads words and flags of a command for a running hub. Throws UsageError. */
export function readCall(
  command: CallCommand,
  words: readonly string[],
  given: ReadonlyMap<string, FlagValue>,
  env: Readonly<Record<string, string | undefined>>,
): Omit<CallInvocation, 'verbosity'> {
  const textOf = (name: string): string | undefined => {
    const value = given.get(name) ?? env[`IOT_HUB_${name.toUpperCase()}`]
    return value === undefined ? undefined : String(value)
  }
  const flag = (name: string): { [key: string]: string } => (given.has(name) ? { [name]: String(given.get(name)) } : {})
  const said = readWords(command, words)
  for (const { name, of } of flagsOf[command])
    if (given.has(name) && of?.includes(said.call) === false) throw new UsageError(messages.calls.onlyFor(name, of))
  if (given.has('data') && (given.has('url') || given.has('token'))) throw new UsageError(messages.calls.oneHub)
  return {
    command: 'call',
    ...said,
    at: place(given.has('data'), textOf),
    parts: given.get('parts') === true,
    force: given.get('force') === true,
    ...flag('search'),
    ...flag('comment'),
    ...flag('out'),
    ...flag('kind'),
  }
}

/** The form that the words fit; those in small letters are said as they stand. */
function readWords(command: CallCommand, words: readonly string[]): Pick<CallInvocation, 'call' | 'words'> {
  const forms = formsOf[command].map((form) => form.words.split(' ').filter(Boolean))
  // `job create` is a form half said, not a job of that name.
  const verbs = new Set(forms.map(([first]) => first).filter((first) => first !== undefined && !isPlace(first)))
  const fits = (form: string[]): boolean =>
    form.length === words.length &&
    form.every((part, index) => part === words[index] || (isPlace(part) && !(index === 0 && verbs.has(words[0]))))
  const form = forms.find(fits)
  if (form === undefined)
    throw new UsageError(
      messages.calls.words(
        command,
        formsOf[command].map((known) => known.words),
      ),
    )
  return {
    call: [command, ...form.filter((part) => !isPlace(part))].join(' '),
    words: words.filter((_, index) => isPlace(form[index] ?? '')),
  }
}

/** Whether a part of a form stands for something else. */
const isPlace = (part: string): boolean => /^[A-Z]/.test(part)

/** Of a URL, which people copy with a slash at its end. */
const withoutSlashes = (url: string): string => (url.endsWith('/') ? withoutSlashes(url.slice(0, -1)) : url)

/** A data folder that was said counts more than a URL from the environment. */
function place(dataGiven: boolean, textOf: (name: string) => string | undefined): CallInvocation['at'] {
  const [url, tokenFile] = [textOf('url'), textOf('token')]
  if (!dataGiven && url !== undefined && tokenFile !== undefined) return { url: withoutSlashes(url), tokenFile }
  if (!dataGiven && (url !== undefined || tokenFile !== undefined)) throw new UsageError(messages.calls.urlAndToken)
  return { data: textOf('data') ?? defaultOptions.data }
}
