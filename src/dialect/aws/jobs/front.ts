import type { JobFront } from '../../dialect.ts'
import { awsDeviceScript } from '../device/script.ts'
import { prepareJob } from './prepare.ts'
import { JOB_ID } from './settings.ts'
import documentSchema from '../schema/job-document.json' with { type: 'json' }

const presigned = (key: string): string => `\${aws:iot:s3-presigned-url:https://s3.amazonaws.com/firmware/${key}}`

/** What the job editor and the simulated fleet know of AWS. */
export const jobFront: JobFront = {
  deviceScript: awsDeviceScript,
  names: { pattern: JOB_ID.pattern.source, rule: 'must be 1 to 64 characters of a–z A–Z 0–9 _ -', example: 'update-1' },
  prepare: prepareJob,
  kinds: [
    {
      id: 'job',
      title: 'Job',
      documentSchema,
      templates: [
        { id: 'run-parameter', title: 'Set a run parameter on every device', document: { operatingMode: 23 } },
        { id: 'reboot', title: 'Reboot', document: { operation: 'reboot' } },
        {
          id: 'resource-package',
          title: 'Update a resource package',
          document: {
            operation: 'install',
            packageName: 'voice-prompts',
            workingDirectory: '../voice-prompts',
            files: [
              { fileName: 'prompts.tar.gz', fileVersion: '1.4.0', fileSource: { url: presigned('prompts.tar.gz') } },
            ],
          },
        },
        {
          id: 'firmware-upgrade',
          title: 'Upgrade the firmware',
          document: {
            operation: 'firmwareUpdate',
            version: '2.1.0',
            files: [{ fileName: 'firmware.bin', fileVersion: '2.1.0', fileSource: { url: presigned('firmware.bin') } }],
          },
        },
        {
          id: 'install',
          title: 'Install a package, as a list of operations',
          document: [
            {
              operation: 'install',
              packageName: 'demo-app',
              workingDirectory: '../demo-app',
              launchCommand: 'node app.js',
              autoStart: 'true',
              files: [
                {
                  fileName: 'app.js',
                  fileVersion: '1.0.0',
                  fileSource: { url: presigned('app.js') },
                },
              ],
            },
          ],
        },
      ],
    },
  ],
}
