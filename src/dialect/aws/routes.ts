import type { Route } from '../dialect.ts'
import { certificateRoutes } from './certificates.ts'
import { dataRoutes } from './data-plane.ts'
import { endpointRoutes } from './endpoint.ts'
import { eventConfigurationRoutes } from './event-configurations.ts'
import { guarded } from './guard.ts'
import { jobDataRoutes, jobRoutes, presignedRoutes } from './jobs.ts'
import { refusedRoutes } from './not-modelled.ts'
import { attachmentRoutes } from './policy-attachments.ts'
import { policyRoutes } from './policy-routes.ts'
import { principalRoutes } from './principals.ts'
import { retainedRoutes } from './retained.ts'
import { shadowRoutes } from './shadow-http.ts'
import { tagRoutes } from './tags.ts'
import { memberRoutes } from './thing-group-members.ts'
import { thingGroupRoutes } from './thing-groups.ts'
import { thingTypeRoutes } from './thing-types.ts'
import { thingRoutes } from './things.ts'

const control: Route[] = [
  ...thingRoutes,
  ...thingTypeRoutes,
  ...thingGroupRoutes,
  ...memberRoutes,
  ...principalRoutes,
  ...certificateRoutes,
  ...policyRoutes,
  ...attachmentRoutes,
  ...tagRoutes,
  ...eventConfigurationRoutes,
  ...endpointRoutes,
  ...jobRoutes,
  ...refusedRoutes,
]

/** Every operation, each on its plane; what was presigned needs no other credentials. */
export const routes: Route[] = [
  ...guarded('control', control),
  ...guarded('data', [...shadowRoutes, ...dataRoutes, ...retainedRoutes]),
  ...guarded('jobs-data', jobDataRoutes),
  ...presignedRoutes,
]
