// The schema of `*.iotjob.json` for the ordinary editor, made of the form's own and the dialects': `npm run schemas`
// writes it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { dialects } from '../src/dialect/registry.ts'
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
        enum: dialects.map(({ name }) => name),
        enumDescriptions: dialects.map(({ title }) => title),
      },
    },
    allOf: dialects.map(({ name, jobs }) => ({
      if: { required: ['dialect'], properties: { dialect: { const: name } } },
      then: {
        properties: {
          name: { pattern: jobs.names.pattern, patternErrorMessage: jobs.names.rule },
          document: {
            $ref: `#/definitions/${name}`,
            defaultSnippets: jobs.templates.map(({ title, document }) => ({ label: title, body: literally(document) })),
          },
        },
      },
    })),
    definitions: Object.fromEntries(dialects.map(({ name, jobs }) => [name, moved(jobs.documentSchema, name)])),
  }
  return `${JSON.stringify(schema, null, 2)}\n`
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
