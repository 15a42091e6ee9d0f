import { parseJson } from '../../../core/json-text.ts'
import { AwsError } from '../errors.ts'

/** One statement of an AWS IoT policy, lists where the document may have single strings. */
export interface Statement {
  effect: 'Allow' | 'Deny'
  actions: string[]
  resources: string[]
  /** Operator → variable → the values it may have. */
  conditions: Record<string, Record<string, string[]>>
}

const MEMBERS = new Set(['Sid', 'Effect', 'Action', 'Resource', 'Condition'])
const MAX_CHARACTERS = 2048

/** Reads a policy document, or throws a MalformedPolicyException that names the place [aws 4.3]. */
export function parsePolicy(text: string): Statement[] {
  const document = readDocument(text)
  if (text.replace(/\s/g, '').length > MAX_CHARACTERS) throw malformed(`it has more than ${MAX_CHARACTERS} characters without white space`)
  const version = document['Version']
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17') throw malformed(`Version must be "2012-10-17"`)
  const statements = listOf(document['Statement'])
  if (statements.length === 0) throw malformed('Statement must be an object or a non-empty array')
  return statements.map(parseStatement)
}

function parseStatement(statement: unknown, index: number): Statement {
  const where = `Statement[${index}]`
  if (!isObject(statement)) throw malformed(`${where} must be an object`)
  const unknown = Object.keys(statement).find((member) => !MEMBERS.has(member))
  // NotAction and NotResource would widen what is allowed if they were passed over.
  if (unknown !== undefined) throw malformed(`${where}.${unknown} is not a member the hub understands`)
  const effect = statement['Effect']
  if (effect !== 'Allow' && effect !== 'Deny') throw malformed(`${where}.Effect must be "Allow" or "Deny"`)
  return {
    effect,
    actions: strings(statement['Action'], `${where}.Action`),
    resources: strings(statement['Resource'], `${where}.Resource`),
    conditions: conditionsOf(statement['Condition'], `${where}.Condition`),
  }
}

function conditionsOf(conditions: unknown, where: string): Statement['conditions'] {
  if (conditions === undefined) return {}
  if (!isObject(conditions)) throw malformed(`${where} must be an object`)
  return Object.fromEntries(
    Object.entries(conditions).map(([operator, tests]) => {
      if (!isObject(tests)) throw malformed(`${where}.${operator} must be an object`)
      const wanted = Object.entries(tests).map(([variable, values]): [string, string[]] => [variable, listOf(values).map(String)])
      return [operator, Object.fromEntries(wanted)]
    }),
  )
}

function strings(value: unknown, where: string): string[] {
  const list = listOf(value)
  if (list.length === 0) throw malformed(`${where} must be a string or a non-empty array of strings`)
  return list.map((item) => {
    if (typeof item !== 'string' || item === '') throw malformed(`${where} must hold strings only`)
    return item
  })
}

function readDocument(text: string): Record<string, unknown> {
  let document: unknown
  try {
    document = parseJson(text)
  } catch (error) {
    throw malformed(`it is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (!isObject(document)) throw malformed('it must be a JSON object')
  return document
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value])
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const malformed = (what: string): AwsError => new AwsError('MalformedPolicyException', `The policy document is malformed: ${what}`)
