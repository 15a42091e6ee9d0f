import { parseJson } from '../../../core/json-text.ts'
import type { Glob } from '../../../core/query/glob.ts'
import { AwsError } from '../wire/errors.ts'
import { readOperator, type Operator } from './operators.ts'
import { isAsked, isKnown, spelled } from './policy-facts.ts'
import { globOf, patternOf, readTemplate, shownVariable, variablesIn, type Template } from './template.ts'
import { say, type Said, type Words } from '../../../core/said.ts'

/** One statement of an AWS IoT policy, ready to be asked. */
export interface Statement {
  effect: 'Allow' | 'Deny'
  /** In lower case: the case of actions does not matter [aws 4.7.2]. There are no variables in them. */
  actions: Glob[]
  resources: ResourcePattern[]
  /** `NotResource`: matches what none of them does. */
  except: boolean
  conditions: Condition[]
}

/** A pattern for the part after region and account, or (`whole`) for the ARN as such. */
interface ResourcePattern {
  template: Template
  whole: boolean
  /** Where it holds no variables: the same pattern for everybody. */
  fixed?: Glob
}

export interface Condition {
  /** As written. */
  operatorName: string
  /** `undefined`: the hub does not know it. */
  operator: Operator | undefined
  key: string
  isKnown: boolean
  values: Template[]
}

const MEMBERS = new Set(['Sid', 'Effect', 'Action', 'Resource', 'NotResource', 'Condition'])
const MAX_BYTES = 2048

/** Region and account are whatever the user pasted from the cloud [aws 0.4]. */
const ARN = /^arn:[^:]*:iot:[^:]*:[^:]*:(.*)$/s

/** Reads a new policy document, or throws a MalformedPolicyException that names the place [aws 4.3]. */
export function readPolicy(text: string): Statement[] {
  const bytes = Buffer.byteLength(text.replace(/\s/g, ''))
  if (bytes > MAX_BYTES) throw malformed(`it has ${bytes} bytes without white space, and may have ${MAX_BYTES}`)
  return parsePolicy(text)
}

/** Reads a policy document, as `readPolicy` does, however long it is. */
export function parsePolicy(text: string): Statement[] {
  const document = parseObject(text)
  const version = document['Version']
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17')
    throw malformed(`Version must be "2012-10-17"`)
  const statements = listOf(document['Statement'])
  if (statements.length === 0) throw malformed('Statement must be an object or a non-empty array')
  return statements.map(readStatement)
}

function readStatement(statement: unknown, index: number): Statement {
  const where = `Statement[${index}]`
  if (!isObject(statement)) throw malformed(`${where} must be an object`)
  const unknown = Object.keys(statement).find((member) => !MEMBERS.has(member))
  // NotAction would widen what is allowed if it were passed over.
  if (unknown !== undefined) throw malformed(`${where}.${unknown} is not a member the hub understands`)
  const effect = statement['Effect']
  if (effect !== 'Allow' && effect !== 'Deny') throw malformed(`${where}.Effect must be "Allow" or "Deny"`)
  const except = statement['NotResource'] !== undefined
  if (except && statement['Resource'] !== undefined)
    throw malformed(`${where} must have either Resource or NotResource`)
  const member = except ? 'NotResource' : 'Resource'
  return {
    effect,
    actions: strings(statement['Action'], `${where}.Action`).map((action) => patternOf(action.toLowerCase())),
    resources: strings(statement[member], `${where}.${member}`).map(resourceOf),
    except,
    conditions: conditionsOf(statement['Condition'], `${where}.Condition`),
  }
}

function resourceOf(pattern: string): ResourcePattern {
  const tail = pattern === '*' ? pattern : ARN.exec(pattern)?.[1]
  const template = readTemplate(tail ?? pattern)
  const found = globOf(template, () => ({ why: '' }))
  return { template, whole: tail === undefined, ...('glob' in found && { fixed: found.glob }) }
}

function conditionsOf(conditions: unknown, where: string): Condition[] {
  if (conditions === undefined) return []
  if (!isObject(conditions)) throw malformed(`${where} must be an object`)
  return Object.entries(conditions).flatMap(([operatorName, tests]) => {
    if (!isObject(tests)) throw malformed(`${where}.${operatorName} must be an object`)
    const operator = readOperator(operatorName)
    return Object.entries(tests).map(([given, values]): Condition => {
      const key = spelled(given)
      const texts = listOf(values).map((value) => textIn(value, `${where}.${operatorName}.${given}`))
      return { operatorName, operator, key, isKnown: isKnown(key), values: texts.map(readTemplate) }
    })
  })
}

function textIn(value: unknown, where: string): string {
  if (typeof value === 'object' && value !== null) throw malformed(`${where} must be a string or an array of strings`)
  return String(value)
}

/**
 * What in a document does not mean here what its author meant: operators, keys and variables that the hub does not
 * know.
 */
export function unmodelledParts(statements: readonly Statement[]): Words[] {
  const found = new Map<string, Said>()
  const add = (part: Said): void => void found.set(part.text, part)
  for (const { resources, conditions } of statements) {
    const templates = [...resources.map(({ template }) => template), ...conditions.flatMap(({ values }) => values)]
    for (const name of templates.flatMap(variablesIn))
      if (!isKnown(name) || isAsked(name)) add(say`variable ${shownVariable(name)}`)
    for (const { operatorName, operator, key, isKnown: keyIsKnown } of conditions) {
      if (operator === undefined || !keyIsKnown) add(say`condition ${operatorName} ${key}`)
    }
  }
  return [...found.values()]
}

function strings(value: unknown, where: string): string[] {
  const list = listOf(value)
  if (list.length === 0) throw malformed(`${where} must be a string or a non-empty array of strings`)
  return list.map((item) => {
    if (typeof item !== 'string' || item === '') throw malformed(`${where} must hold strings only`)
    return item
  })
}

function parseObject(text: string): Record<string, unknown> {
  let document: unknown
  try {
    document = parseJson(text)
  } catch (error) {
    throw malformed(`it is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (!isObject(document)) throw malformed('it must be a JSON object')
  return document
}

const listOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const malformed = (what: string): AwsError =>
  new AwsError('MalformedPolicyException', `The policy document is malformed: ${what}`)
