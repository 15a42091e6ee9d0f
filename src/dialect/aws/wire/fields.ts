import { invalid } from '../../../core/errors.ts'
import { isObject } from '../../../core/twin/json.ts'
import type { JsonObject } from '../../../core/twin/model.ts'
import { say, type Words } from '../../../core/said.ts'

/** What a text may be; `says` puts the pattern into words. */
export interface TextRule {
  min?: number
  /** In code points. */
  max?: number
  pattern?: RegExp
  says?: Words
}

/**
 * Reads members of a request, one rule each: a value that breaks it throws INVALID naming field, value and rule.
 * A member that is null counts as absent, as it does for AWS's own deserializers.
 */
export class Fields {
  readonly #values: JsonObject
  readonly #path: string

  constructor(values: JsonObject, path = '') {
    this.#values = values
    this.#path = path
  }

  /** The full name of a member: `abortConfig.criteriaList[0].action`. */
  name(member: string): string {
    return this.#path + member
  }

  get(member: string): unknown {
    const value = Object.hasOwn(this.#values, member) ? this.#values[member] : undefined
    return value === null ? undefined : value
  }

  has(member: string): boolean {
    return this.get(member) !== undefined
  }

  /** All members, as they were sent. */
  get values(): Readonly<JsonObject> {
    return this.#values
  }

  /** The same members, one of them with another value. */
  instead(member: string, value: unknown): Fields {
    return new Fields({ ...this.#values, [member]: value }, this.#path)
  }

  refuse(member: string, rule: Words): Error {
    return invalid(this.name(member), this.get(member), rule)
  }

  /** Turns an optional member into a required one. */
  required<T>(member: string, value: T | undefined): T {
    if (value === undefined) throw invalid(this.name(member), undefined, 'is required')
    return value
  }

  text(member: string, rule: TextRule = {}): string | undefined {
    const value = this.get(member)
    return value === undefined ? undefined : this.#check(member, value, rule)
  }

  integer(member: string, min: number, max: number): number | undefined {
    const value = this.number(member, min, max)
    if (value !== undefined && !Number.isSafeInteger(value)) throw this.refuse(member, 'must be a whole number')
    return value
  }

  number(member: string, min: number, max: number): number | undefined {
    const value = this.get(member)
    if (value === undefined) return undefined
    if (typeof value !== 'number') throw this.refuse(member, 'must be a number')
    if (value < min || value > max)
      throw this.refuse(
        member,
        max === Infinity ? say`must be at least ${min}` : say`must be between ${min} and ${max}`,
      )
    return value
  }

  boolean(member: string): boolean | undefined {
    const value = this.get(member)
    if (value !== undefined && typeof value !== 'boolean') throw this.refuse(member, 'must be true or false')
    return value
  }

  oneOf<const T extends string>(member: string, values: readonly T[]): T | undefined {
    const value = this.get(member)
    if (value === undefined) return undefined
    const found = values.find((candidate) => candidate === value)
    if (found === undefined) throw this.refuse(member, say`must be one of ${values.join(', ')}`)
    return found
  }

  fields(member: string): Fields | undefined {
    const value = this.get(member)
    if (value === undefined) return undefined
    if (!isObject(value)) throw this.refuse(member, 'must be an object')
    return new Fields(value, `${this.name(member)}.`)
  }

  list(member: string, min: number, max: number): unknown[] | undefined {
    const value = this.get(member)
    if (value === undefined) return undefined
    if (!Array.isArray(value)) throw this.refuse(member, 'must be a list')
    if (value.length < min || value.length > max) throw this.refuse(member, say`must have ${min} to ${max} elements`)
    return value
  }

  /** A list of objects. */
  each(member: string, min: number, max: number): Fields[] | undefined {
    return this.list(member, min, max)?.map((element, index) => {
      if (!isObject(element)) throw invalid(`${this.name(member)}[${index}]`, element, 'must be an object')
      return new Fields(element, `${this.name(member)}[${index}].`)
    })
  }

  /** A flat map of texts. */
  texts(member: string, key: TextRule, value: TextRule): Record<string, string> | undefined {
    const map = this.fields(member)
    if (map === undefined) return undefined
    for (const name of Object.keys(map.#values)) {
      map.#check(name, name, key)
      map.required(name, map.text(name, value))
    }
    return map.#values as Record<string, string>
  }

  /** Members that nobody will read. */
  unknown(known: readonly string[]): string[] {
    return Object.keys(this.#values).filter((member) => !known.includes(member))
  }

  #check(member: string, value: unknown, { min = 0, max = Infinity, pattern, says }: TextRule): string {
    if (typeof value !== 'string') throw invalid(this.name(member), value, 'must be a string')
    const length = value.length > max ? [...value].length : value.length
    if (length < min || length > max)
      throw invalid(this.name(member), value, say`must have ${min} to ${max} characters`)
    if (pattern?.test(value) === false)
      throw invalid(this.name(member), value, says ?? say`must match ${pattern.source}`)
    return value
  }
}
