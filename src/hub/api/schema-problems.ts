import type { ErrorObject, ValidateFunction } from 'ajv'
import type { Problem } from '../../shared/api.ts'
import { listed, say, verbatim, type Said } from '../../core/said.ts'
import { ruleIn } from './rule-in.ts'

/** Validators by schema. Loading and compiling takes longer than the hub's start may. */
const validators = new WeakMap<object, ValidateFunction>()

async function validatorOf(schema: object): Promise<ValidateFunction> {
  let validate = validators.get(schema)
  if (validate === undefined) {
    const { Ajv } = await import('ajv')
    validators.set(schema, (validate = new Ajv({ allErrors: true, verbose: true, strict: false }).compile(schema)))
  }
  return validate
}

/** Where a value breaks a JSON Schema; fields are JSON pointers without their first slash, below `root`. */
export async function schemaProblems(schema: object, value: unknown, root = ''): Promise<Problem[]> {
  const validate = await validatorOf(schema)
  if (validate(value)) return []
  const problems = new Map<string, { field: string; value: unknown; rules: Said[] }>()
  for (const error of telling(validate.errors ?? [])) {
    const field = [root, ...pointerOf(error)].filter(Boolean).join('/')
    const rule = ruleOf(error)
    const problem = problems.get(field)
    // Several forms were possible, and this is none of them.
    if (problem === undefined) problems.set(field, { field, value: valueIn(error), rules: [rule] })
    else if (!problem.rules.some(({ text }) => text === rule.text)) problem.rules.push(rule)
  }
  return [...problems.values()].map(({ field, value, rules }) => ({
    field,
    value,
    ...ruleIn(rules.reduce((one, other) => say`${one}, or ${other}`)),
  }))
}

/**
 * Where one of several forms was wanted, ajv tells what speaks against each. What lies deepest is what people meant;
 * that it is also no array, say, tells them nothing.
 */
function telling(errors: ErrorObject[]): ErrorObject[] {
  const choices = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf')
  const pathOf = (error: ErrorObject): string => `/${pointerOf(error).join('/')}`
  return errors.filter((error) => {
    if (choices.includes(error)) return errors.length === 1
    return !choices.some(({ instancePath }) => {
      const below = errors.some(
        (other) =>
          !choices.includes(other) &&
          pathOf(other).startsWith(`${instancePath}/`) &&
          pathOf(other) !== `${instancePath}/`,
      )
      return (
        below && error.instancePath === instancePath && pathOf(error) === (instancePath === '' ? '/' : instancePath)
      )
    })
  })
}

/** A member that is missing, or one too many, is what the error is about, not the object around it. */
function pointerOf({ instancePath, keyword, params }: ErrorObject): string[] {
  const path = instancePath.split('/').slice(1)
  const member: unknown =
    keyword === 'required'
      ? params['missingProperty']
      : keyword === 'additionalProperties'
        ? params['additionalProperty']
        : undefined
  return typeof member === 'string' ? [...path, member.replaceAll('~', '~0').replaceAll('/', '~1')] : path
}

function valueIn({ keyword, data, params }: ErrorObject): unknown {
  if (keyword === 'required') return undefined
  return keyword === 'additionalProperties'
    ? (data as Record<string, unknown>)[String(params['additionalProperty'])]
    : data
}

function ruleOf({ keyword, params, message = 'is not allowed', parentSchema }: ErrorObject): Said {
  const description = (parentSchema as { description?: unknown } | undefined)?.description
  if (keyword === 'pattern' && typeof description === 'string') return say`must be ${listed(description)}`
  return RULES[keyword]?.(params) ?? verbatim(message)
}

/** Rules that people meet, in ajv's words where those are good; `limit` counts what the keyword is about. */
const RULES: Record<string, (params: Record<string, unknown>) => Said> = {
  required: () => say`is required`,
  additionalProperties: () => say`is not known here`,
  enum: ({ allowedValues }) => say`must be one of ${list(allowedValues)}`,
  type: ({ type }) => say`must be ${String(type)}`,
  pattern: ({ pattern }) => say`must match pattern "${String(pattern)}"`,
  minimum: ({ limit }) => say`must be >= ${Number(limit)}`,
  maximum: ({ limit }) => say`must be <= ${Number(limit)}`,
  exclusiveMinimum: ({ limit }) => say`must be > ${Number(limit)}`,
  exclusiveMaximum: ({ limit }) => say`must be < ${Number(limit)}`,
  minLength: ({ limit }) =>
    limit === 1 ? say`must not be empty` : say`must NOT have fewer than ${Number(limit)} characters`,
  maxLength: ({ limit }) => say`must NOT have more than ${Number(limit)} characters`,
  minItems: ({ limit }) =>
    limit === 1 ? say`must not be empty` : say`must NOT have fewer than ${Number(limit)} items`,
  maxItems: ({ limit }) => say`must NOT have more than ${Number(limit)} items`,
  maxProperties: ({ limit }) =>
    limit === 1 ? say`must have one member only` : say`must NOT have more than ${Number(limit)} properties`,
  const: ({ allowedValue }) => say`must be ${JSON.stringify(allowedValue)}`,
}

const list = (values: unknown): string => (values as unknown[]).map((value) => JSON.stringify(value)).join(', ')
