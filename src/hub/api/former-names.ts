import { isObject } from '../../core/twin/json.ts'
import { say } from '../../core/said.ts'
import type { HubApi, Problem } from '../../shared/api.ts'
import { presentKey, presentName } from '../../shared/former-names.ts'
import type { JobDraft } from '../../shared/job-draft.ts'
import { ruleIn } from './rule-in.ts'

/** The same API for those who say what a dialect was called in an earlier release. */
export const acceptingFormerNames = (api: HubApi): HubApi => ({
  ...api,
  devices: ({ dialect, after, ...query } = {}) =>
    api.devices({
      ...query,
      ...(dialect !== undefined && { dialect: presentName(dialect) }),
      ...(after !== undefined && { after: presentKey(after) }),
    }),
  device: (key) => api.device(presentKey(key)),
  addDevice: (dialect, name) => api.addDevice(presentName(dialect), name),
  registerDevice: (dialect, name) => api.registerDevice(presentName(dialect), name),
  kitOffer: (device) => api.kitOffer(presentKey(device)),
  connectionKit: (device) => api.connectionKit(presentKey(device)),
  credentials: (device) => api.credentials(presentKey(device)),
  withdrawCredential: (device, id, how) => api.withdrawCredential(presentKey(device), id, how),
  removeDevice: (device) => api.removeDevice(presentKey(device)),
  groups: (dialect) => api.groups(dialect === undefined ? undefined : presentName(dialect)),
  setKey: (dialect, name, value) => api.setKey(presentName(dialect), name, value),
  messages: (device) => api.messages(presentKey(device)),
  act: (device, ...rest) => api.act(presentKey(device), ...rest),
  telemetry: (device) => api.telemetry(presentKey(device)),
  twin: (device, name) => api.twin(presentKey(device), name),
  editTwin: (device, name, edit) => api.editTwin(presentKey(device), name, edit),
  setDesired: (device, name, desired, version) => api.setDesired(presentKey(device), name, desired, version),
  job: (key) => api.job(presentKey(key)),
  executions: (job, query) => api.executions(presentKey(job), query),
  execution: (job, device) => api.execution(presentKey(job), presentKey(device)),
  countTargets: (dialect, targets) => api.countTargets(presentName(dialect), targets),
  checkJob: async (draft) => [...(await api.checkJob(presentDraft(draft))), ...adviceOn(draft)],
  createJob: (draft) => api.createJob(presentDraft(draft)),
  cancelJob: (key, options) => api.cancelJob(presentKey(key), options),
  retryFailed: (key) => api.retryFailed(presentKey(key)),
  deleteJob: (key, options) => api.deleteJob(presentKey(key), options),
})

/** What a draft says may be anything: it has not been looked at yet. */
const dialectIn = (draft: unknown): string | undefined => {
  const dialect = isObject(draft) ? draft['dialect'] : undefined
  return typeof dialect === 'string' ? dialect : undefined
}

function presentDraft(draft: JobDraft): JobDraft {
  const dialect = dialectIn(draft)
  return dialect === undefined ? draft : { ...draft, dialect: presentName(dialect) }
}

function adviceOn(draft: JobDraft): Problem[] {
  const dialect = dialectIn(draft)
  const now = dialect === undefined ? undefined : presentName(dialect)
  if (dialect === undefined || now === undefined || now === dialect) return []
  return [
    {
      field: 'dialect',
      value: dialect,
      ...ruleIn(say`is called ${now} now; what it was called works, too`),
      severity: 'warning',
    },
  ]
}
