// The schema of `*.iotjob.json` for the ordinary editor, made of the form's own and the dialects': `npm run schemas`
// writes it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Option } from '../src/core/option.ts'
import type { JobKind } from '../src/dialect/job-kinds.ts'
import { dialects } from '../src/dialect/registry.ts'
import { formerNames } from '../src/shared/former-names.ts'
import { jobDraftSchema } from '../src/shared/job-draft-schema.ts'
import { root } from './read-json.ts'

const file = 'media/schemas/iotjob.json'

/** What is wrong with the file, if anything: it must be what the code makes of it now. */
export function findSchemas(): string[] {
  let written: string | undefined
  try {
    written = readFileSync(join(root, file), 'utf8')
  } catch {
    return [`${file} is missing: npm run schemas`]
  }
  return written === schemaText() ? [] : [`${file} is not what the dialects say: npm run schemas`]
}

function schemaText(): string {
  const { properties } = jobDraftSchema
  const schema = {
    ...jobDraftSchema,
    properties: {
      ...properties,
      dialect: {
        ...properties.dialect,
        // What has a pattern is taken, and not suggested.
        anyOf: [
          { enum: dialects.map(({ name }) => name), enumDescriptions: dialects.map(({ title }) => title) },
          ...Object.entries(formerNames).map(([former, now]) => ({
            pattern: `^${former}$`,
            deprecationMessage: `is called ${now} now; what it was called works, too`,
          })),
        ],
      },
    },
    allOf: dialects.flatMap(({ name, jobs }) => [
      {
        if: { required: ['dialect'], properties: { dialect: named(name) } },
        then: {
          properties: {
            name: { pattern: jobs.names.pattern, patternErrorMessage: jobs.names.rule },
            kind: { enum: jobs.kinds.map(({ id }) => id), enumDescriptions: jobs.kinds.map(({ title }) => title) },
          },
        },
      },
      ...jobs.kinds.map((kind, index) => ofKind(name, kind, index === 0)),
    ]),
    definitions: Object.fromEntries(
      dialects.flatMap(({ name, jobs }) =>
        jobs.kinds.map(({ id, documentSchema }) => [`${name}-${id}`, moved(documentSchema, `${name}-${id}`)]),
      ),
    ),
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}

/** What else a file of that kind has to be; a file that names no kind is of the first. */
function ofKind(dialect: string, { id, templates, options = [], file }: JobKind, first: boolean): object {
  const required = ['dialect', ...(first ? [] : ['kind'])]
  return {
    if: { required, properties: { dialect: named(dialect), kind: { const: id } } },
    then: {
      properties: {
        document: {
          $ref: `#/definitions/${dialect}-${id}`,
          defaultSnippets: templates.map(({ title, document }) => ({ label: title, body: literally(document) })),
        },
        options: {
          additionalProperties: false,
          properties: Object.fromEntries(options.map((option) => [option.name, optionSchema(option)])),
        },
        ...(file === undefined && { file: false }),
      },
    },
  }
}

function optionSchema(option: Option): object {
  const words = { title: option.title, description: option.about, default: option.default }
  if (option.type === 'flag') return { type: 'boolean', ...words }
  if (option.type === 'choice') return { enum: option.choices, ...words }
  if (option.type === 'text') return { type: 'string', ...words }
  const { least, most } = option
  return {
    type: 'number',
    ...words,
    ...(least !== undefined && { minimum: least }),
    ...(most !== undefined && { maximum: most }),
  }
}

/** What files may call the dialect. */
function named(dialect: string): object {
  const former = Object.keys(formerNames).filter((name) => formerNames[name] === dialect)
  return former.length === 0 ? { const: dialect } : { pattern: `^(?:${[dialect, ...former].join('|')})$` }
}

/** The dialect's schema at its new place: what points to its own root points there. */
function moved(schema: unknown, name: string): unknown {
  if (Array.isArray(schema)) return schema.map((item) => moved(item, name))
  if (typeof schema !== 'object' || schema === null) return schema
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => key !== '$schema')
      .map(([key, value]) => [
        key,
        key === '$ref' && typeof value === 'string' ? value.replace(/^#/, `#/definitions/${name}`) : moved(value, name),
      ]),
  )
}

/** A snippet in which `$` means nothing but itself. */
function literally(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/[\\$}]/g, '\\$&')
  if (Array.isArray(value)) return value.map(literally)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, literally(item)]))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const path = join(root, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, schemaText())
}
