import { arn, LOCAL_CALLER } from '../arns.ts'
import { ANY, literal, matches, ONE, type Glob } from '../../../core/query/glob.ts'
import type { Statement } from './policy-document.ts'

/** What the `${…}` in policies stand for, by name without braces; a missing one is unresolved. */
export type Variables = Readonly<Record<string, string>>

/** A policy as it is in force, with its name, which explanations show. */
export interface NamedPolicy {
  name: string
  statements: readonly Statement[]
}

export interface Judgement {
  effect?: 'Allow' | 'Deny'
  policy?: string
  statement?: number
}

interface Rule {
  deny: boolean
  actions: Glob[]
  resources: Resource[]
  policy: string
  /** 1 for the first of the policy. */
  statement: number
}

/** A pattern for the part after region and account, or (`whole`) for the ARN as such. */
interface Resource {
  glob: Glob
  whole: boolean
}

const ARN_UP_TO_ACCOUNT = arn.topic(LOCAL_CALLER, '').slice(0, -'topic/'.length)
/** Region and account are whatever the user pasted from the cloud [aws 0.4]. */
const ARN = /^arn:[^:]*:iot:[^:]*:[^:]*:(.*)$/s

/** The union of some policies for one principal: explicit Deny > Allow > implicit deny [aws 4.3]. */
export class Policy {
  readonly #rules: Rule[]

  constructor(policies: readonly NamedPolicy[], variables: Variables) {
    this.#rules = policies.flatMap(({ name, statements }) =>
      statements.flatMap((statement, index) => compile(statement, variables, { policy: name, statement: index + 1 })),
    )
  }

  /** `resource` is what follows region and account in the ARN: `topic/a/b`, `client/x`. */
  allows(action: string, resource: string): boolean {
    let allowed = false
    for (const rule of this.#rules) {
      if ((allowed && !rule.deny) || !applies(rule, action, resource)) continue
      if (rule.deny) return false
      allowed = true
    }
    return allowed
  }

  /** What `allows` decides, and by which statement of which policy; without an effect, none applies. */
  judge(action: string, resource: string): Judgement {
    const rules = this.#rules.filter((rule) => applies(rule, action, resource))
    const rule = rules.find(({ deny }) => deny) ?? rules[0]
    return rule === undefined ? {} : { effect: rule.deny ? 'Deny' : 'Allow', policy: rule.policy, statement: rule.statement }
  }

  /** `judge` in words. */
  explain(action: string, resource: string): string {
    const { effect, policy, statement } = this.judge(action, resource)
    const asked = `${action} on ${resource}`
    if (effect === undefined) return `no policy allows ${asked}`
    return `statement ${statement} of policy ${policy} ${effect === 'Deny' ? 'denies' : 'allows'} ${asked}`
  }
}

function applies(rule: Rule, action: string, resource: string): boolean {
  for (const glob of rule.actions) {
    if (!matches(glob, action)) continue
    for (const { glob: wanted, whole } of rule.resources) if (matches(wanted, whole ? ARN_UP_TO_ACCOUNT + resource : resource)) return true
    return false
  }
  return false
}

/** No rule where a variable is unresolved or a condition is not met: the statement then matches nothing. */
function compile(statement: Statement, variables: Variables, from: Pick<Rule, 'policy' | 'statement'>): Rule[] {
  if (!conditionsHold(statement.conditions, variables)) return []
  const actions = statement.actions.map((action) => compileText(action, {})).filter((glob) => glob !== undefined)
  const resources: Resource[] = []
  for (const pattern of statement.resources) {
    const tail = ARN.exec(pattern)?.[1]
    const glob = compileText(tail ?? pattern, variables)
    if (glob === undefined) return []
    resources.push({ glob, whole: tail === undefined })
  }
  return [{ deny: statement.effect === 'Deny', actions, resources, ...from }]
}

/** `*` and `?` are wildcards where the author wrote them, never where a variable's value has them. */
function compileText(pattern: string, variables: Variables): Glob | undefined {
  const glob: number[] = []
  for (const part of pattern.split(/(\$\{[^}]*\}|[*?])/)) {
    if (part === '*') glob.push(ANY)
    else if (part === '?') glob.push(ONE)
    else if (part.startsWith('${')) {
      const name = part.slice(2, -1)
      const value = name === '*' || name === '?' || name === '$' ? name : VARIABLE.test(name) ? variables[name] : undefined
      if (value === undefined) return undefined
      glob.push(...literal(value))
    } else glob.push(...literal(part))
  }
  return glob
}

const VARIABLE = /^iot:(?:ClientId|CertificateId|Connection\.Thing\.(?:ThingName|ThingTypeName|IsAttached|Attributes\[[^\]]+\]))$/
const OPERATORS = new Set(['Bool', 'StringEquals'])

function conditionsHold(conditions: Statement['conditions'], variables: Variables): boolean {
  for (const [operator, tests] of Object.entries(conditions)) {
    if (!OPERATORS.has(operator)) continue
    for (const [variable, values] of Object.entries(tests)) {
      if (!VARIABLE.test(variable)) continue
      const value = variables[variable] ?? (variable === 'iot:Connection.Thing.IsAttached' ? 'false' : undefined)
      if (value === undefined || !values.includes(value)) return false
    }
  }
  return true
}

/** What in a document has no effect here: conditions and variables that the hub does not know. */
export function unmodelledParts(statements: readonly Statement[]): string[] {
  const found = new Set<string>()
  for (const { resources, conditions } of statements) {
    for (const [, name = ''] of resources.join('\n').matchAll(/\$\{([^}]*)\}/g)) {
      if (!VARIABLE.test(name) && !['*', '?', '$'].includes(name)) found.add(`policy variable ${name}`)
    }
    for (const [operator, tests] of Object.entries(conditions)) {
      for (const variable of Object.keys(tests)) {
        if (!OPERATORS.has(operator) || !VARIABLE.test(variable)) found.add(`policy condition ${operator} ${variable}`)
      }
    }
  }
  return [...found]
}
