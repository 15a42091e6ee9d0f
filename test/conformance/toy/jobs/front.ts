import { invalid } from '../../../../src/core/errors.ts'
import { say } from '../../../../src/core/said.ts'
import type { JobFront } from '../../../../src/dialect/dialect.ts'
import { toyScript } from '../device/script.ts'
import { JOB_NAMES } from '../wire/names.ts'
import { jsonObject } from '../wire/payload.ts'
import documentSchema from '../schema/job-document.json' with { type: 'json' }
import tuneSchema from '../schema/tune.json' with { type: 'json' }

/** What toys are told to do, and tunes that they learn. */
export const jobs: JobFront = {
  deviceScript: toyScript,
  names: JOB_NAMES,
  kinds: [
    {
      id: 'act',
      title: 'Act',
      documentSchema,
      templates: [{ id: 'sing', title: 'Sing', document: { do: 'sing' } }],
    },
    {
      id: 'tune',
      title: 'Learn a tune',
      documentSchema: tuneSchema,
      templates: [{ id: 'lullaby', title: 'A lullaby', document: { tune: 'lullaby' } }],
      file: { title: 'The recording', required: true },
      options: [
        { name: 'volume', title: 'Volume', about: 'How loud it is.', type: 'number', default: 5, least: 0, most: 10 },
        { name: 'repeat', title: 'Repeat', about: 'It is played over and over.', type: 'flag', default: false },
        {
          name: 'voice',
          title: 'Voice',
          about: 'Who sings.',
          type: 'choice',
          choices: ['high', 'low'],
          default: 'low',
        },
        { name: 'title', title: 'Title', about: 'What it is called.', type: 'text', default: '' },
      ],
    },
  ],
  prepare({ options }, job, file) {
    const loudest = Number(options['loudest'])
    const volume = Number(job.options?.['volume'])
    if (job.kind === 'tune' && options['silent'] === true) throw invalid('kind', job.kind, 'is not for silent toys')
    if (volume > loudest) throw invalid('options.volume', volume, say`must be at most ${loudest}`)
    if (job.kind === 'tune' && file === undefined) throw invalid('file', job.file, 'must be a recording')
    const wanted = job.kind === 'tune' ? 'tune' : 'do'
    if (typeof jsonObject(job.document)?.[wanted] !== 'string')
      throw invalid('document', job.document, 'must be an object that says what to do')
    return file === undefined ? job : { ...job, extra: { ...job.extra, bytes: file.size } }
  },
}
