import { invalid } from '../../../core/errors.ts'
import type { JobFront } from '../../dialect.ts'
import { courseDeviceScript } from '../device/script.ts'
import { JOB_NAMES } from '../wire/names.ts'
import documentSchema from '../schema/job-document.json' with { type: 'json' }
import { isFault, readDocument } from './document.ts'
import { say } from '../../../core/said.ts'

/**
 * What the job editor and the simulated fleet know of IotHub: upgrades as the course sends them, and commands [iothub
 * 5, 7, 8].
 */
export const jobFront: JobFront = {
  deviceScript: courseDeviceScript,
  names: JOB_NAMES,
  prepare: (_, job) => {
    const work = readDocument(job.document)
    if (isFault(work)) throw invalid('document', job.document, say`cannot be sent: ${work}`)
    return job
  },
  kinds: [
    {
      id: 'job',
      title: 'Upgrade or command',
      documentSchema,
      templates: [
        {
          id: 'firmware',
          title: 'Upgrade the firmware',
          document: {
            url: 'http://test.com/firmware/1.1.pkg',
            version: '1.1',
            size: 1000,
            md5: 'abcd',
            type: 'firmware',
          },
        },
        {
          id: 'resource',
          title: 'Upgrade something other than firmware: done when it is downloaded',
          document: { url: 'http://test.com/resource/7.zip', version: '7', size: 1000, md5: 'abcd', type: 'resource' },
        },
        { id: 'command', title: 'Send a command', document: { command: 'reboot', data: '' } },
        {
          id: 'command-with-ttl',
          title: 'Send a command that expires after a minute',
          document: { command: 'open', data: '{"door":1}', encoding: 'plain', ttl: 60 },
        },
      ],
    },
  ],
}
