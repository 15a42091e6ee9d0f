import type { Instant } from '../../../core/clock.ts'
import { matchesGlob } from '../../../core/query/glob.ts'
import { askedValues, type RequestFacts, type ConnectionFacts } from './policy-facts.ts'
import type { Statement } from './policy-document.ts'
import { allowsAll, applies, compile, coversResource, unmet, type Rule, type StatementRef } from './rules.ts'
import { joined, asSaid, say, type Said, type Words } from '../../../core/said.ts'

/** A policy as it is in force, with its name, which explanations show. */
export interface NamedPolicy {
  name: string
  statements: readonly Statement[]
}

/** A decision, and whose it was. */
export interface Judgement {
  effect: 'Allow' | 'Deny' | undefined
  /** Names of the policies of which a statement allows it, and of those that deny it. */
  allowing: string[]
  denying: string[]
  /** Variables and keys without a value that statements about this action ask for. */
  missing: string[]
}

/** What is in force for one action. */
interface Rules {
  rules: Rule[]
  /** Every resource is allowed. */
  open: boolean
  /** Statements about the action that match nothing. */
  passedOver: (StatementRef & { deny: boolean; why: Words })[]
  missing: Set<string>
}

const NOTHING: RequestFacts = {}

/**
 * The union of some policies for one principal: explicit Deny > Allow > implicit deny [aws 4.7.2]. Resources are what
 * follows region and account in an ARN.
 */
export class Policy {
  readonly #policies: readonly NamedPolicy[]
  readonly #facts: ConnectionFacts
  /** By action, when it is first asked for. */
  readonly #rules = new Map<string, Rules>()

  constructor(policies: readonly NamedPolicy[], facts: ConnectionFacts) {
    this.#policies = policies
    this.#facts = facts
  }

  /** Whether all resources are allowed, so that none has to be named. */
  isOpen(action: string): boolean {
    return this.#of(action).open
  }

  allows(action: string, resource: string, now: Instant, asking = NOTHING): boolean {
    let allowed = false
    for (const rule of this.#of(action).rules) {
      if ((allowed && !rule.deny) || !applies(rule, resource, now, asking)) continue
      if (rule.deny) return false
      allowed = true
    }
    return allowed
  }

  /** What `allows` decides, and by which policies. */
  judge(action: string, resource: string, now: Instant, asking = NOTHING): Judgement {
    const { rules, missing } = this.#of(action)
    const applying = rules.filter((rule) => applies(rule, resource, now, asking))
    const namesOf = (deny: boolean): string[] => [
      ...new Set(applying.flatMap((rule) => (rule.deny === deny ? [rule.policy] : []))),
    ]
    const [allowing, denying] = [namesOf(false), namesOf(true)]
    const effect = denying.length > 0 ? 'Deny' : allowing.length > 0 ? 'Allow' : undefined
    const unasked = rules.flatMap(({ asked }) =>
      asked.flatMap(({ key }) => (askedValues(key, asking, now).length === 0 ? [key] : [])),
    )
    return { effect, allowing, denying, missing: [...new Set([...missing, ...unasked])] }
  }

  /** `judge` in words; of a refusal also which statements would have been about it, and why they do not count. */
  explain(action: string, resource: string, now: Instant, asking = NOTHING): Words {
    const { rules, passedOver } = this.#of(action)
    const applying = rules.filter((rule) => applies(rule, resource, now, asking))
    const rule = applying.find(({ deny }) => deny) ?? applying[0]
    const what = say`${action} on ${resource}`
    if (rule?.deny === true) return say`${nameOf(rule)} denies ${what}`
    if (rule !== undefined) return say`${nameOf(rule)} allows ${what}`
    const unfit = rules
      .filter((one) => coversResource(one, resource))
      .map((one) => ({ ...one, why: say`its condition ${unmet(one, now, asking) ?? ''} is not met` }))
    const reasons = [...passedOver, ...unfit].flatMap((one) =>
      one.deny ? [] : [say`${nameOf(one)} does not count: ${asSaid(one.why)}`],
    )
    return joined(
      [say`no policy allows ${what}`, ...reasons.slice(0, MAX_REASONS)],
      (before, next) => say`${before}; ${next}`,
    )
  }

  #of(action: string): Rules {
    let found = this.#rules.get(action)
    if (found === undefined) this.#rules.set(action, (found = this.#compile(action.toLowerCase())))
    return found
  }

  #compile(action: string): Rules {
    const compiled: Rules = { rules: [], open: false, passedOver: [], missing: new Set() }
    for (const { name, statements } of this.#policies) {
      for (const [index, statement] of statements.entries()) {
        if (!statement.actions.some((glob) => matchesGlob(glob, action))) continue
        const source = { policy: name, statement: index + 1 }
        const deny = statement.effect === 'Deny'
        const parts = compile(statement, this.#facts, compiled.missing)
        if ('why' in parts) compiled.passedOver.push({ ...source, deny, why: parts.why })
        else compiled.rules.push({ ...source, deny, except: statement.except, ...parts })
      }
    }
    compiled.open = compiled.rules.some(allowsAll) && !compiled.rules.some(({ deny }) => deny)
    return compiled
  }
}

const MAX_REASONS = 3
const nameOf = ({ policy, statement }: StatementRef): Said => say`statement ${statement} of policy ${policy}`
