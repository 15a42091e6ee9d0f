import { textOf, type Words } from '../../core/said.ts'
import type { Problem } from '../../shared/api.ts'

/** A rule as the API tells it: English, and what it was made of. */
export const ruleIn = (words: Words): Pick<Problem, 'rule' | 'says'> => ({
  rule: textOf(words),
  ...(typeof words === 'object' && words.args.length > 0 && { says: words }),
})
