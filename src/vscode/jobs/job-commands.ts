import { l10n, Uri, window } from 'vscode'
import type { HubApi } from '../../shared/api.ts'
import type { JobDraft } from '../../shared/job-draft.ts'
import { counted } from '../../shared/counted.ts'
import { JsonText, jsonTextOf } from '../../shared/json-text.ts'
import { back, confirm, done, pick } from '../ask.ts'
import { commands } from '../commands.ts'
import { deviceKeyOf, pickDevice } from '../devices/pick-device.ts'
import { openDocument } from '../documents/open.ts'
import type { Host } from '../host.ts'
import { isJobFile } from '../job-editor/job-file.ts'
import { openJobEditor } from '../job-editor/open.ts'
import { dialectOf, nameOf } from '../../shared/keys.ts'
import { openProgress } from '../progress/open.ts'
import { CloudNode } from '../tree/nodes/cloud.ts'
import { DeviceNode } from '../tree/nodes/device.ts'
import { ExecutionNode } from '../tree/nodes/execution.ts'
import { JobNode } from '../tree/nodes/job.ts'
import { jobState } from '../tree/states.ts'
import type { WithHub } from '../with-hub.ts'
import { draftForDevices, draftFromFile, draftLike, pickJobFile } from './new-drafts.ts'

/** What can be done with jobs and executions; without an item they ask for one. */
export function jobCommands(host: Host, withHub: WithHub) {
  const ofJob = (title: string, deed: (api: HubApi, job: string, more: unknown) => unknown) =>
    withHub(async (api, given?: unknown, more?: unknown) => {
      const job = jobKeyOf(given) ?? (await pickJob(api, title))
      return job === undefined ? undefined : deed(api, job, more)
    })
  return {
    [commands.createJob]: (given?: unknown, selected?: unknown) =>
      isKeys(given) ? open(host, draftForDevices(given)) : openJobEditor(host, draftFor(given, selected)),
    [commands.createJobFromFile]: (given?: unknown) => createFromFile(host, given),
    [commands.createJobFromFileForDevice]: withHub((api, given?: unknown, file?: unknown) =>
      createForDevice(api, host, given, file),
    ),
    [commands.createJobLike]: ofJob(l10n.t('Repeat a Job'), (api, job, devices) => createLike(api, host, job, devices)),
    [commands.openProgress]: ofJob(l10n.t('Show the Progress of'), (_, job) => openProgress(host, job)),
    [commands.openJobDocument]: ofJob(l10n.t('Open the Document of'), (_, job) =>
      openDocument({ type: 'jobDocument', job }),
    ),
    [commands.openJobDetails]: ofJob(l10n.t('Open the Details of'), (_, job) =>
      openDocument({ type: 'jobDetails', job }),
    ),
    [commands.openExecution]: withHub((_, given?: unknown, device?: unknown) => {
      if (given instanceof ExecutionNode)
        return openDocument({ type: 'execution', job: given.job, device: given.view.device })
      return typeof given === 'string' && typeof device === 'string'
        ? openDocument({ type: 'execution', job: given, device })
        : undefined
    }),
    [commands.cancelJob]: ofJob(l10n.t('Cancel a Job'), (api, job) => cancel(api, job, false)),
    [commands.forceCancelJob]: ofJob(l10n.t('Cancel a Job by Force'), (api, job) => cancel(api, job, true)),
    [commands.retryFailed]: ofJob(l10n.t('Retry the Failed Devices of'), async (api, job) => {
      const count = await api.retryFailed(job)
      const again = counted(count, l10n.t('1 device tries again'), l10n.t('{0} devices try again', count))
      done(count === 0 ? l10n.t('No device of {0} has failed', nameOf(job)) : again)
    }),
    [commands.deleteJob]: ofJob(l10n.t('Delete a Job'), remove),
  }
}

function jobKeyOf(given: unknown): string | undefined {
  if (given instanceof JobNode) return given.view.key
  if (given instanceof ExecutionNode) return given.job
  return typeof given === 'string' ? given : undefined
}

async function pickJob(api: HubApi, title: string): Promise<string | undefined> {
  const jobs = (await api.jobs()).toSorted((one, other) => other.createdAt - one.createdAt)
  if (jobs.length === 0) return void (await window.showInformationMessage(l10n.t('There is no job yet.')))
  const rows = jobs.map(({ key, name, status, counts }) => {
    const { word, icon } = jobState(status, counts)
    return { label: name, description: word, iconPath: icon, value: key }
  })
  const chosen = await pick({ title }, rows)
  return chosen === back ? undefined : chosen
}

/** What a job that was asked for here is about: the devices chosen in the tree, a file, or a draft by whoever calls. */
function draftFor(given: unknown, selected: unknown): Partial<JobDraft> | Uri | undefined {
  if (given instanceof Uri) return given
  if (given instanceof CloudNode) return { dialect: given.dialect }
  if (given instanceof DeviceNode) {
    const dialect = dialectOf(given.view.key)
    const nodes = (Array.isArray(selected) ? selected : [given]).filter(
      (node) => node instanceof DeviceNode && node.view.dialect === dialect,
    ) as DeviceNode[]
    return { dialect, targets: nodes.map(({ view }) => ({ device: view.name })) }
  }
  // The item of a tree's title or of a keyboard shortcut is whatever is focused.
  return isDraft(given) ? withText(given) : undefined
}

const isDraft = (given: unknown): given is Partial<JobDraft> =>
  typeof given === 'object' && given !== null && ('dialect' in given || 'targets' in given || 'document' in given)

/** The caller of a command may not know how a draft holds its document. */
const withText = ({ document, ...rest }: Partial<JobDraft>): Partial<JobDraft> =>
  document === undefined
    ? rest
    : { ...rest, document: document instanceof JsonText ? document : jsonTextOf(document, 2) }

const isKeys = (given: unknown): given is string[] =>
  Array.isArray(given) && given.length > 0 && given.every((key) => typeof key === 'string')

/** What cannot be drafted has been told. */
const open = async (host: Host, draft: Partial<JobDraft> | undefined): Promise<void> =>
  draft === undefined ? undefined : openJobEditor(host, draft)

async function createForDevice(api: HubApi, host: Host, given: unknown, file: unknown): Promise<void> {
  const title = l10n.t('Use a Job File for a Device')
  const device = deviceKeyOf(given) ?? (await pickDevice(api, { title }))
  if (device === undefined || device === back) return
  const uri = file instanceof Uri ? file : await pickJobFile(title)
  if (uri !== undefined) await open(host, await draftFromFile(uri, device))
}

async function createLike(api: HubApi, host: Host, job: string, devices: unknown): Promise<void> {
  const asked = isKeys(devices)
    ? undefined
    : await pickDevice(api, { title: l10n.t('Repeat {0} for the Device', nameOf(job)) }, dialectOf(job))
  const keys = isKeys(devices) ? devices : typeof asked === 'string' ? [asked] : []
  if (keys.length > 0) await open(host, await draftLike(api, job, keys))
}

async function createFromFile(host: Host, given: unknown): Promise<void> {
  const uri = given instanceof Uri ? given : window.activeTextEditor?.document.uri
  if (uri === undefined || !isJobFile(uri))
    return void (await window.showInformationMessage(l10n.t('Open a file whose name ends with .iotjob.json first.')))
  await openJobEditor(host, uri)
}

async function cancel(api: HubApi, job: string, force: boolean): Promise<void> {
  const sure = await confirm(
    force ? l10n.t('Cancel the job {0} by force?', nameOf(job)) : l10n.t('Cancel the job {0}?', nameOf(job)),
    force
      ? l10n.t('Devices that are at work are canceled too; they may end up half done.')
      : l10n.t('Devices that are at work finish; those that wait never begin.'),
    force ? l10n.t('Cancel Job by Force') : l10n.t('Cancel Job'),
    l10n.t('Let It Run'),
  )
  if (sure) await api.cancelJob(job, { force })
}

async function remove(api: HubApi, job: string): Promise<void> {
  const { status } = await api.job(job)
  const active = status === 'IN_PROGRESS' || status === 'SCHEDULED'
  const detail = active
    ? l10n.t('It is not finished: it is canceled by force first. What its devices did is deleted for good.')
    : l10n.t('What its devices did is deleted for good.')
  const sure = active
    ? await confirm(
        l10n.t('Delete the job {0}?', nameOf(job)),
        detail,
        l10n.t('Cancel and Delete Job'),
        l10n.t('Let It Run'),
      )
    : await confirm(l10n.t('Delete the job {0}?', nameOf(job)), detail, l10n.t('Delete Job'))
  if (sure) await api.deleteJob(job, active ? { force: true } : {})
}
