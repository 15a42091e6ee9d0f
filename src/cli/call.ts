import { readFile } from 'node:fs/promises'
import type { ReachedHub } from '../hub/attach.ts'
import type { HubApi, JobDetail, JobView } from '../shared/api.ts'
import { presentKey, presentName } from '../shared/former-names.ts'
import { addDevice } from './add-device.ts'
import type { CallInvocation } from './call-arguments.ts'
import { createJob } from './create-job.ts'
import { messages } from './messages.ts'
import type { Output } from './output.ts'
import { reach } from './reach.ts'
import {
  deviceTable,
  executionTable,
  jobTable,
  keyLines,
  kindLines,
  noticeList,
  serviceLines,
  statusText,
  upgradeLines,
} from './tables.ts'
import { UsageError } from './usage-error.ts'

/** What a call does; returns the exit code, 0 unless it says otherwise. */
type Call = (hub: ReachedHub, invocation: CallInvocation, output: Output) => Promise<number | void>

const { calls } = messages
/** One page holds this many. */
const PAGE = 1000
/** Devices of a job that are shown; `--json` has the first page of them. */
const SHOWN = 20

const table: Record<string, Call> = {
  status: async ({ api }, _, output) => {
    const status = await api.status()
    output.result(status, () => statusText(status, output))
  },
  devices: async ({ api }, { search, parts }, output) => {
    const devices = await allDevices(api, search, parts)
    output.result(devices, () => deviceTable(devices))
  },
  jobs: async ({ api }, _, output) => {
    const jobs = await api.jobs()
    output.result(jobs, () => jobTable(jobs))
  },
  job: async ({ api }, { words }, output) => {
    const job: JobDetail = await api.job(await keyOfJob(api, words[0]!))
    const { items, total } = await api.executions(job.key, { limit: output.json ? PAGE : SHOWN })
    const text = () =>
      [jobTable([job]), ...kindLines(job), ...upgradeLines(job), '', executionTable(items, total)].join('\n')
    output.result({ ...job, executions: items }, text)
  },
  'job create': ({ api }, { words, kind }, output) => createJob(api, words[0]!, kind, output),
  'job cancel': async ({ api }, { words, force, comment }, output) => {
    const job = await api.cancelJob(await keyOfJob(api, words[0]!), {
      force,
      ...(comment !== undefined && { comment }),
    })
    output.result(job, () => calls.canceled(job.key))
  },
  'job retry': async ({ api }, { words }, output) => {
    const key = await keyOfJob(api, words[0]!)
    const count = await api.retryFailed(key)
    output.result({ job: key, queued: count }, () => calls.retried(key, count))
  },
  'job delete': async ({ api }, { words, force }, output) => {
    const key = await keyOfJob(api, words[0]!)
    await api.deleteJob(key, { force })
    output.result({ job: key, deleted: true }, () => calls.deleted(key))
  },
  'device add': ({ api }, { words, out }, output) =>
    addDevice(api, dialectNamed(words[0]!, output), words[1]!, out, output),
  notices: async ({ api }, _, output) => {
    const notices = await api.notices()
    output.result(notices, () => noticeList(notices))
  },
  'notices dismiss': async ({ api }, { words }, output) => {
    await api.dismissNotice(words[0]!)
    output.result({ id: words[0], dismissed: true }, () => calls.dismissed(words[0]!))
  },
  keys: async ({ api }, _, output) => {
    const keys = await api.keys()
    output.result(keys, () => keyLines(keys))
  },
  service: async ({ api }, { words }, output) => {
    const kit = await api.serviceKit(words[0]!)
    output.result(kit, () => serviceLines(kit))
  },
  'keys set': async ({ api }, { words }, output) => {
    const [given, name, file] = words as [string, string, string]
    const dialect = dialectNamed(given, output)
    await api.setKey(dialect, name, (await readFile(file, 'utf8')).replace(/\r?\n$/, ''))
    output.result({ dialect, name, set: true }, () => calls.keySet(dialect, name))
  },
  'clock advance': async ({ api }, { words }, output) => {
    const status = await api.advance(readStep(words[0]!))
    output.result(status, () => new Date(status.now).toISOString())
  },
  stop: async (hub, _, output) => {
    await hub.stop()
    output.result({ stopping: true }, () => calls.stopping)
  },
}

/** Asks something of a running hub. Returns the exit code: 2 for words that mean nothing, 1 for a refusal. */
export async function call(invocation: CallInvocation, output: Output): Promise<number> {
  try {
    return (await table[invocation.call]!(await reach(invocation), invocation, output)) ?? 0
  } catch (error) {
    output.fail(error)
    return error instanceof UsageError ? 2 : 1
  }
}

/** The dialect's name; people who say what it was called before are told what it is called now. */
function dialectNamed(given: string, output: Output): string {
  const name = presentName(given)
  if (name !== given) output.complain(calls.renamed(given, name))
  return name
}

async function allDevices(
  api: HubApi,
  search: string | undefined,
  parts: boolean,
): Promise<Awaited<ReturnType<HubApi['devices']>>['items']> {
  const devices = []
  for (let after: string | undefined, more = true; more; more = after !== undefined) {
    const page = await api.devices({
      limit: PAGE,
      ...(parts && { parts }),
      ...(search !== undefined && { search }),
      ...(after !== undefined && { after }),
    })
    devices.push(...page.items)
    after = page.next
  }
  return devices
}

/** A job by its key, or by its name where only one cloud has it. */
async function keyOfJob(api: HubApi, name: string): Promise<string> {
  const jobs: JobView[] = await api.jobs()
  const found = jobs.filter((job) => job.key === presentKey(name) || job.name === name)
  const exact = found.find(({ key }) => key === presentKey(name)) ?? (found.length === 1 ? found[0] : undefined)
  if (exact !== undefined) return exact.key
  throw new Error(found.length === 0 ? calls.noJob(name) : calls.manyJobs(found.map(({ key }) => key)))
}

function readStep(text: string): number | 'next' {
  if (text === 'next') return text
  if (!/^\d+$/.test(text)) throw new UsageError(messages.badValue('clock advance', text, calls.advanceBy))
  return Number(text)
}
