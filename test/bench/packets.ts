/** What goes over the wire in the bench. Names have one length, so that every device's packets have one size. */

export const deviceName = (index: number): string => `d${String(index).padStart(6, '0')}`

/** The group that every seeded device is in. */
export const FLEET = 'fleet'

export const JOB_DOCUMENT = JSON.stringify({
  operation: 'install',
  package: {
    name: 'washer-firmware',
    version: '2.4.1',
    url: 'https://files.example.com/washer/2.4.1.bin',
    size: 524288,
    sha256: 'e3b0c44298fc1c149afbf4c8996fb924',
  },
  restart: true,
})

export const jobsTopic = (device: string): string => `$aws/things/${device}/jobs`

export const updateTopic = (device: string, job: string): string => `${jobsTopic(device)}/${job}/update`

/** What a device that takes jobs subscribes to, at QoS 1 [aws 2.1]. */
export const filtersOf = (device: string): string[] => [
  `${jobsTopic(device)}/notify`,
  `${jobsTopic(device)}/notify-next`,
  `${jobsTopic(device)}/+/update/accepted`,
  `${jobsTopic(device)}/+/update/rejected`,
]

/** A client token; all have 12 characters. */
export const tokenOf = (count: number): string => `t-${String(count).padStart(10, '0')}`

/** UpdateJobExecution as devices send it [aws 2.6]. */
export const updatePayload = (status: 'IN_PROGRESS' | 'SUCCEEDED', token: string): string =>
  JSON.stringify({ status, statusDetails: { step: 'downloading', progress: '50%', rssi: '-61' }, clientToken: token })

/**
 * The service's messages in the form and size of the real ones [aws 2.2, 2.6, 2.8], for the broker that only carries
 * them.
 */
export function serviceMessages(job: string): {
  accepted: string
  notify: string
  notifyNext: string
  notifyNone: string
  nextNone: string
} {
  const timestamp = Math.floor(Date.now() / 1000)
  const times = { queuedAt: timestamp, lastUpdatedAt: timestamp }
  const counts = { versionNumber: 1, executionNumber: 1 }
  return {
    accepted: JSON.stringify({ clientToken: tokenOf(0), timestamp }),
    notify: JSON.stringify({ timestamp, jobs: { QUEUED: [{ jobId: job, ...times, ...counts }] } }),
    notifyNext: JSON.stringify({
      timestamp,
      execution: { jobId: job, status: 'QUEUED', ...times, ...counts, jobDocument: JSON.parse(JOB_DOCUMENT) as object },
    }),
    notifyNone: JSON.stringify({ timestamp, jobs: {} }),
    nextNone: JSON.stringify({ timestamp }),
  }
}
