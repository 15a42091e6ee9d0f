import type { Route } from '../../dialect.ts'
import { certificateRoutes } from '../auth/certificates.ts'
import { dataRoutes } from '../mqtt/data-plane.ts'
import { endpointRoutes } from '../registry/endpoint.ts'
import { eventConfigurationRoutes } from '../registry/event-configurations.ts'
import { guarded } from './guard.ts'
import { jobDataRoutes, jobRoutes, presignedRoutes } from '../jobs/jobs.ts'
import { refusedRoutes } from './not-modelled.ts'
import { attachmentRoutes } from '../auth/policy-attachments.ts'
import { policyRoutes } from '../auth/policy-routes.ts'
import { principalRoutes } from '../auth/principals.ts'
import { testRoutes } from '../auth/test-authorization.ts'
import { retainedRoutes } from '../mqtt/retained.ts'
import { shadowRoutes } from '../twin/http.ts'
import { tagRoutes } from '../registry/tags.ts'
import { memberRoutes } from '../registry/thing-group-members.ts'
import { thingGroupRoutes } from '../registry/thing-groups.ts'
import { thingTypeRoutes } from '../registry/thing-types.ts'
import { thingRoutes } from '../registry/things.ts'

const control: Route[] = [
  ...thingRoutes,
  ...thingTypeRoutes,
  ...thingGroupRoutes,
  ...memberRoutes,
  ...principalRoutes,
  ...certificateRoutes,
  ...policyRoutes,
  ...attachmentRoutes,
  ...testRoutes,
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
