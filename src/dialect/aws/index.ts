import { nameOf } from '../../core/ids.ts'
import type { Dialect } from '../dialect.ts'
import { refreshTarget, refreshThing } from './auth/live.ts'
import { capability } from './capability.ts'
import { enrolment } from './device/enrolment.ts'
import { http } from './http/front.ts'
import { accessKeys } from './auth/access-keys.ts'
import { detachPrincipals } from './auth/identity-store.ts'
import { jobFront, onJobsEvent } from './jobs/jobs.ts'
import { limits } from './wire/limits.ts'
import { mqtt } from './mqtt/front.ts'
import { thingThere } from './mqtt/bare-clients.ts'
import { query } from './query/front.ts'
import { registryEvent } from './registry/registry-events.ts'
import { groupDeleted } from './registry/thing-groups.ts'
import { shadowEvent } from './twin/shadow.ts'
import { twins } from './twin/front.ts'
import { services } from './auth/service.ts'
import { examples } from './examples.ts'

/** The regions whose endpoints clients may be led here from, by a proxy or a hosts file [aws 1.7]. */
const REGIONS = [
  'us-east-1',
  'us-east-2',
  'us-west-2',
  'eu-central-1',
  'eu-west-1',
  'ap-northeast-1',
  'ap-southeast-1',
  'ap-southeast-2',
]

/** AWS IoT Core. */
export const aws: Dialect = {
  name: 'aws',
  title: 'AWS IoT Core',
  capability,
  limits,
  options: [
    {
      name: 'presigned',
      title: 'Presigned URLs',
      about:
        'presigned URLs; long: with a role’s security token as on AWS, over 1,800 characters, to test buffers of firmware',
      type: 'choice',
      choices: ['short', 'long'],
      default: 'short',
    },
  ],
  mqtt,
  http,
  ports: [
    {
      port: 443,
      listener: 'tls',
      because: 'AWS IoT Device Client and the C++ and Python SDKs dial 443 unless told otherwise',
    },
  ],
  serverNames: REGIONS.flatMap((region) => ['', '*.', '*.jobs.'].map((of) => `${of}iot.${region}.amazonaws.com`)),
  jobs: jobFront,
  enrolment,
  services,
  keys: accessKeys,
  query,
  twins,
  examples,
  onEvent(ctx, event) {
    onJobsEvent(ctx, event)
    shadowEvent(ctx, event)
    registryEvent(ctx, event)
    // DeleteThing refuses as long as there are any; whoever removes it otherwise means all of it.
    if (event.type === 'device.deleted')
      for (const principal of detachPrincipals(ctx, nameOf(event.device.key))) refreshTarget(ctx, principal)
    if (event.type === 'group.deleted') groupDeleted(ctx, event.group)
    if (event.type === 'device.created') thingThere(ctx, ctx.connections.bySession('aws', nameOf(event.device.key)))
    if (event.type === 'device.updated' || event.type === 'device.created' || event.type === 'device.deleted')
      refreshThing(ctx, nameOf(event.device.key))
    else if (event.type === 'group.joined' || event.type === 'group.left') refreshThing(ctx, nameOf(event.device))
  },
}
