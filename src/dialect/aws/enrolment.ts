import { HubError } from '../../core/errors.ts'
import type { Enrolment } from '../dialect.ts'
import { NAMES } from './names.ts'

/** How a person adds a thing by hand. */
export const enrolment: Enrolment = {
  names: { pattern: NAMES.thing.source, rule: 'must be 1 to 128 characters of a–z A–Z 0–9 : _ -' },
  needs: () => [],
  enrol: () => {
    throw new HubError('UNSUPPORTED', 'AWS things are not enrolled by hand yet')
  },
}
