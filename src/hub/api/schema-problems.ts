import type { ErrorObject, ValidateFunction } from 'ajv'
import type { Problem } from '../../shared/api.ts'

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
  const problems = new Map<string, Problem>()
  for (const error of telling(validate.errors ?? [])) {
    const field = [root, ...pointerOf(error)].filter(Boolean).join('/')
    const rule = ruleOf(error)
    const known = problems.get(field)
    // Several forms were possible, and this is none of them.
    if (known === undefined) problems.set(field, { field, value: valueIn(error), rule })
    else if (!known.rule.split(', or ').includes(rule)) known.rule += `, or ${rule}`
  }
  return [...problems.values()]
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
      const below = errors.some((other) => !choices.includes(other) && pathOf(other).startsWith(`${instancePath}/`) && pathOf(other) !== `${instancePath}/`)
      return below && error.instancePath === instancePath && pathOf(error) === (instancePath === '' ? '/' : instancePath)
    })
  })
}

/** A member that is missing, or one too many, is what the error is about, not the object around it. */
function pointerOf({ instancePath, keyword, params }: ErrorObject): string[] {
  const path = instancePath.split('/').slice(1)
  const member: unknown = keyword === 'required' ? params['missingProperty'] : keyword === 'additionalProperties' ? params['additionalProperty'] : undefined
  return typeof member === 'string' ? [...path, member.replaceAll('~', '~0').replaceAll('/', '~1')] : path
}

function valueIn({ keyword, data, params }: ErrorObject): unknown {
  if (keyword === 'required') return undefined
  return keyword === 'additionalProperties' ? (data as Record<string, unknown>)[String(params['additionalProperty'])] : data
}

function ruleOf({ keyword, params, message = 'is not allowed', parentSchema }: ErrorObject): string {
  if (keyword === 'required') return 'is required'
  if (keyword === 'additionalProperties') return 'is not known here'
  if (keyword === 'enum') return `must be one of ${(params['allowedValues'] as unknown[]).map((value) => JSON.stringify(value)).join(', ')}`
  const description = (parentSchema as { description?: unknown } | undefined)?.description
  return keyword === 'pattern' && typeof description === 'string' ? `must be ${description}` : message
}
