import { l10n } from 'vscode'
import type { DialectView, HubApi, HubStatus, JobKindView, Problem, ServiceKitView } from '../shared/api.ts'
import { sayIn, saysInvalid, type Said, type Words } from '../shared/say-in.ts'

/** Of a hub, in the user's language. */
export const inWords = (words: Words): string => sayIn((template, ...args) => l10n.t(template, ...args), words)

const spoken = new WeakMap<HubApi, HubApi>()

/**
 * The hub speaks English, and says of what templates: whatever the editor shows passes here, and is said in the user's
 * language.
 */
export function inUsersLanguage(api: HubApi): HubApi {
  const known = spoken.get(api)
  if (known !== undefined) return known
  const telling = Object.entries(api).map(([name, call]) => [
    name,
    (...given: unknown[]) => told(name, call as Call, given),
  ])
  const made = Object.fromEntries(telling) as unknown as HubApi
  spoken.set(api, made)
  return made
}

type Call = (...given: unknown[]) => Promise<unknown>

async function told(name: string, call: Call, given: unknown[]): Promise<unknown> {
  try {
    const answer = await call(...given)
    return Object.hasOwn(answers, name) ? answers[name]!(answer as never) : answer
  } catch (error) {
    throw refusalInWords(error)
  }
}

/** Answers with words for people in them. Names, documents and what devices say stay as they are. */
const answers: Record<string, (answer: never) => unknown> = {
  status: statusInWords,
  advance: statusInWords,
  dialects: (dialects: DialectView[]) => dialects.map(dialectInWords),
  checkJob: (problems: Problem[]) => problems.map(problemInWords),
  kitOffer: kitInWords,
  connectionKit: kitInWords,
  addDevice: kitInWords,
  act: (said: string) => inWords(said),
  serviceKit: ({ facts, ...rest }: ServiceKitView) => ({
    ...rest,
    facts: facts.map((fact) => ({ ...fact, label: inWords(fact.label) })),
  }),
}

function statusInWords({ dialects, ...rest }: HubStatus): HubStatus {
  return { ...rest, dialects: dialects.map((dialect) => ({ ...dialect, title: inWords(dialect.title) })) }
}

/** What a cloud brings, in the user's language. */
export function dialectInWords({
  title,
  kinds,
  actions,
  query,
  deviceName,
  jobName,
  ...rest
}: DialectView): DialectView {
  return {
    ...rest,
    title: inWords(title),
    kinds: kinds.map(kindInWords),
    actions: actions.map(({ title, input, ...action }) => ({
      ...action,
      title: inWords(title),
      input: input.map((option) => ({ ...option, title: inWords(option.title), about: inWords(option.about) })),
    })),
    ...(query !== undefined && { query: { ...query, title: inWords(query.title) } }),
    deviceName: { ...deviceName, rule: inWords(deviceName.rule) },
    jobName: { ...jobName, rule: inWords(jobName.rule) },
  }
}

const kindInWords = ({ title, templates, documentSchema, options, file, ...rest }: JobKindView): JobKindView => ({
  ...rest,
  title: inWords(title),
  templates: templates.map((template) => ({ ...template, title: inWords(template.title) })),
  documentSchema: described(documentSchema) as object,
  options: options.map((option) => ({ ...option, title: inWords(option.title), about: inWords(option.about) })),
  ...(file !== undefined && { file: { ...file, title: inWords(file.title) } }),
})

/** A JSON Schema with its descriptions translated. */
function described(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(described)
  if (typeof schema !== 'object' || schema === null) return schema
  const members = Object.entries(schema).map(([key, value]: [string, unknown]) => [
    key,
    key === 'description' && typeof value === 'string' ? inWords(value) : described(value),
  ])
  return Object.fromEntries(members) as object
}

const problemInWords = ({ says, ...problem }: Problem): Problem => ({ ...problem, rule: inWords(says ?? problem.rule) })

interface Kit {
  title: string
  facts: { label: string; value: string }[]
  secrets?: string[]
  snippets: { title: string }[]
}

function kitInWords<T extends Kit>({ title, facts, secrets, snippets, ...rest }: T): object {
  return {
    ...rest,
    title: inWords(title),
    facts: facts.map((fact) => ({
      ...fact,
      label: inWords(fact.label),
      // Of all that a device is given this alone is prose.
      value: fact.label === 'Note' ? inWords(fact.value) : fact.value,
    })),
    ...(secrets !== undefined && { secrets: secrets.map(inWords) }),
    snippets: snippets.map((snippet) => ({ ...snippet, title: inWords(snippet.title) })),
  }
}

/** A refusal by the hub, without its names of fields: who is told has just written the value, and looks at it. */
export function refusalInWords(error: unknown): unknown {
  if (!(error instanceof Error) || !('words' in error)) return error
  const words = error.words as Words
  const { code, data } = error as { code?: unknown; data?: { rule?: Words } }
  const rule = data?.rule === undefined ? undefined : inWords(data.rule)
  const text = saysInvalid(words) ? valueAndRule(words.args) : inWords(words)
  return Object.assign(new Error(text, { cause: error }), {
    code,
    data: { ...data, ...(rule !== undefined && { rule }) },
  })
}

/** What `invalid` says: field, value, rule. Of what is missing there is no value. */
function valueAndRule([, value, rule]: [string, string, Said]): string {
  const said = inWords(rule)
  return value === 'undefined' || value === 'null' ? said : l10n.t('{0} {1}', value, said)
}
