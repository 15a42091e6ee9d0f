import * as l10n from '@vscode/l10n'
import type { JobView } from '../../src/shared/api.ts'
import { counted } from '../../src/shared/counted.ts'
import { countOf, isBad, jobLook } from '../../src/shared/states.ts'
import { shareOf } from './estimate.ts'

const marks = [25, 50, 75]

/**
 * What is worth saying aloud of how a job got from here to there: ends, the first failure, each quarter. Not every
 * tick.
 */
export function milestone(before: JobView, after: JobView): string | undefined {
  const succeeded = after.counts['SUCCEEDED'] ?? 0
  const failed = countOf(after.counts, isBad)
  const { ended, all } = shareOf(after)
  if (after.status !== before.status) {
    const { word } = jobLook(after.status, after.counts)
    return counted(
      all,
      l10n.t('The job is {0}: {1} of 1 device succeeded, {2} failed', l10n.t(word), succeeded, failed),
      l10n.t('The job is {0}: {1} of {2} devices succeeded, {3} failed', l10n.t(word), succeeded, all, failed),
    )
  }
  if (failed > 0 && countOf(before.counts, isBad) === 0) return l10n.t('The first device failed')
  const passed = marks.findLast((mark) => reached(after, mark) && !reached(before, mark))
  return passed === undefined ? undefined : l10n.t('{0} of {1} devices are through, {2} failed', ended, all, failed)
}

function reached(job: JobView, mark: number): boolean {
  const { ended, all } = shareOf(job)
  return all > 0 && ended * 100 >= all * mark
}
