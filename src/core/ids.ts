/**
 * A device, group or job is named by `<dialect>/<name>`. The name is the cloud's own and may hold slashes
 * (Alibaba `productKey/deviceName`, Azure `device/module`); the dialect never does.
 */
export type Key = string
/** Of what it is the key is known to the type only: none of the three is taken for another. */
export type DeviceKey = Key & { readonly of?: 'device' }
export type GroupKey = Key & { readonly of?: 'group' }
export type JobKey = Key & { readonly of?: 'job' }
/** The name of a dialect, which is also its folder: `aws`, `azure`, … */
export type DialectName = string

export const keyOf = (dialect: DialectName, name: string): Key => `${dialect}/${name}`
export const dialectOf = (key: Key): DialectName => key.slice(0, key.indexOf('/'))
export const nameOf = (key: Key): string => key.slice(key.indexOf('/') + 1)

/** Where new identifiers come from: the edge supplies chance, tests supply a sequence. */
export interface Ids {
  /** A fresh RFC 9562 UUID in lower case. */
  uuid(): string
}

/** Identifiers that are the same in every run, for tests and golden conversations. */
export class SequentialIds implements Ids {
  #last = 0
  uuid(): string {
    this.#last += 1
    return `00000000-0000-4000-8000-${this.#last.toString(16).padStart(12, '0')}`
  }
}
