import type { Instant } from '../../../core/clock.ts'
import { ANY, matchesGlob, type Glob } from '../../../core/query/glob.ts'
import { arn, LOCAL_CALLER } from '../wire/arns.ts'
import { isMet, type Operator, type Wanted } from './operators.ts'
import { askedValues, isAsked, valuesOf, type RequestFacts, type ConnectionFacts } from './policy-facts.ts'
import type { Condition, Statement } from './policy-document.ts'
import { fillTemplate, globOf, shownVariable, type VariableLookup } from './template.ts'
import { say, type Words } from '../../../core/said.ts'

/** Which statement; 1 is the first of its policy. */
export interface StatementRef {
  policy: string
  statement: number
}

/** A statement as it is for somebody. */
export interface Rule extends StatementRef {
  deny: boolean
  except: boolean
  resources: readonly { glob: Glob; whole: boolean }[]
  /** Conditions that depend on the question, or on when it is asked. */
  asked: readonly { name: string; operator: Operator; key: string; wanted: Wanted[] }[]
}

const ARN_UP_TO_ACCOUNT = arn.topic(LOCAL_CALLER, '').slice(0, -'topic/'.length)

/** Whether it allows every resource, whatever else is asked. */
export const allowsAll = ({ deny, except, resources, asked }: Rule): boolean =>
  !deny && !except && asked.length === 0 && resources.some(({ glob }) => glob.length === 1 && glob[0] === ANY)

/** Whether it is about that resource and its conditions are met. */
export const applies = (rule: Rule, resource: string, now: Instant, asking: RequestFacts): boolean =>
  coversResource(rule, resource) && unmet(rule, now, asking) === undefined

/** Whether its resources say so. */
export function coversResource({ resources, except }: Rule, resource: string): boolean {
  for (const { glob, whole } of resources)
    if (matchesGlob(glob, whole ? ARN_UP_TO_ACCOUNT + resource : resource)) return !except
  return except
}

/** The condition that this question does not meet, if there is one. */
export function unmet({ asked }: Rule, now: Instant, asking: RequestFacts): string | undefined {
  for (const { name, operator, key, wanted } of asked)
    if (!isMet(operator, askedValues(key, asking, now), wanted)) return name
  return undefined
}

/** Makes a statement's rule for somebody, or says why it matches nothing, whether it allows or denies. */
export function compile(
  statement: Statement,
  facts: ConnectionFacts,
  missing: Set<string>,
): Pick<Rule, 'resources' | 'asked'> | { why: Words } {
  const lookup: VariableLookup = (variable) => {
    const [value] = valuesOf(facts, variable)
    if (value !== undefined) return { value }
    missing.add(variable)
    return { why: say`${shownVariable(variable)} has no value` }
  }
  const asked: Rule['asked'][number][] = []
  for (const condition of statement.conditions) {
    const { operator, key } = condition
    if (operator === undefined || !condition.isKnown) {
      // [aws 4.7.3] A Deny that may not be meant would lock people out; an Allow that may not be meant is shown when
      // the policy is made.
      if (statement.effect === 'Deny')
        return { why: say`the hub does not know its condition ${nameOfCondition(condition)}` }
      continue
    }
    const wanted = wantedOf(condition, operator, lookup)
    if ('why' in wanted) return wanted
    if (isAsked(key)) asked.push({ name: nameOfCondition(condition), operator, key, wanted })
    else {
      const values = valuesOf(facts, key)
      if (values.length === 0 && operator.fits !== undefined) missing.add(key)
      if (!isMet(operator, values, wanted))
        return {
          why:
            values.length === 0
              ? say`its condition ${nameOfCondition(condition)} is not met (no value)`
              : say`its condition ${nameOfCondition(condition)} is not met`,
        }
    }
  }
  const resources: { glob: Glob; whole: boolean }[] = []
  for (const { template, whole, fixed } of statement.resources) {
    const found = fixed === undefined ? globOf(template, lookup) : { glob: fixed }
    if ('why' in found) return found
    resources.push({ glob: found.glob, whole })
  }
  return { resources, asked }
}

const nameOfCondition = ({ operatorName, key }: Condition): string => `${operatorName} ${key}`

function wantedOf({ values }: Condition, { wild }: Operator, lookup: VariableLookup): Wanted[] | { why: Words } {
  const wanted: Wanted[] = []
  for (const template of values) {
    const text = fillTemplate(template, lookup)
    if ('why' in text) return text
    const pattern = wild ? globOf(template, lookup) : { glob: [] }
    if ('why' in pattern) return pattern
    wanted.push({ ...text, ...pattern })
  }
  return wanted
}
