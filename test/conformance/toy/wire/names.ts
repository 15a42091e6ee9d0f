import { nameOf } from '../../../../src/core/ids.ts'
import type { Connection } from '../../../../src/core/seam/mqtt.ts'
import type { NameRule } from '../../../../src/dialect/dialect.ts'

const NAME = /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/

/** What a toy may be called. */
export const DEVICE_NAMES: NameRule = {
  pattern: NAME.source,
  rule: 'must be 1 to 64 letters, digits and hyphens, and begin with no hyphen',
  example: 'bear-1',
}

/** What a job may be called: its name is a level of topics. */
export const JOB_NAMES: NameRule = { ...DEVICE_NAMES, example: 'song-1' }

export const isName = (text: string): boolean => NAME.test(text)

/** The name of the toy whose connection that is; every connection of Toyland is one's. */
export const nameIn = ({ identity }: Connection): string => nameOf(identity.device ?? '')
