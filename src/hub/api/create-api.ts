import type { HubApi } from '../../shared/api.ts'
import { deviceApi } from './devices.ts'
import { acceptingFormerNames } from './former-names.ts'
import { enrolmentApi } from './enrolment.ts'
import { executionApi } from './executions.ts'
import { jobApi } from './jobs.ts'
import type { ApiSources } from './sources.ts'
import { keysApi } from './keys.ts'
import { statusApi } from './status.ts'
import { twinApi } from './twins.ts'

/**
 * The hub's own API over the engine: views for people, no cloud's words. Changes go through turns like everything else.
 */
export const createApi = (sources: ApiSources): HubApi =>
  acceptingFormerNames({
    ...statusApi(sources),
    ...deviceApi(sources),
    ...enrolmentApi(sources),
    ...keysApi(sources),
    ...twinApi(sources),
    ...jobApi(sources),
    ...executionApi(sources),
  })
