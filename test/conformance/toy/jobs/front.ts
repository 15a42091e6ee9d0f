import { invalid } from '../../../../src/core/errors.ts'
import type { JobFront } from '../../../../src/dialect/dialect.ts'
import { toyScript } from '../device/script.ts'
import { JOB_NAMES } from '../wire/names.ts'
import { jsonObject } from '../wire/payload.ts'
import documentSchema from '../schema/job-document.json' with { type: 'json' }

/** What toys are told to do. */
export const jobs: JobFront = {
  deviceScript: toyScript,
  documentSchema,
  names: JOB_NAMES,
  templates: [{ id: 'sing', title: 'Sing', document: { do: 'sing' } }],
  prepare(_, job) {
    const todo = jsonObject(job.document)?.['do']
    if (typeof todo !== 'string') throw invalid('document', job.document, 'must be an object that says what to do')
    return job
  },
}
