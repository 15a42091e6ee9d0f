import { l10n, window, workspace, type Uri } from 'vscode'
import { presentName } from '../../shared/former-names.ts'
import type { HubApi } from '../../shared/api.ts'
import type { JobDraft, TargetDraft } from '../../shared/job-draft.ts'
import { back, pick, type Choice } from '../ask.ts'
import { readDraft } from '../job-editor/draft-file.ts'
import { isJobFile } from '../job-editor/job-file.ts'
import { dialectOf, nameOf } from '../../shared/keys.ts'

/**
 * A job for these devices, of which nothing else is known; `undefined`, with the reason said, if they are of several
 * clouds.
 */
export function draftForDevices(devices: readonly string[]): Partial<JobDraft> | undefined {
  const [dialect, ...others] = new Set(devices.map(dialectOf))
  if (dialect !== undefined && others.length === 0) return { dialect, targets: devices.map(targetOf) }
  void window.showWarningMessage(l10n.t('A job is for devices of one cloud; these are of several.'))
  return undefined
}

/** What this job does, for other devices. When it was to begin and end is its own affair. */
export async function draftLike(
  api: HubApi,
  job: string,
  devices: readonly string[],
): Promise<Partial<JobDraft> | undefined> {
  const aside = devices.find((device) => dialectOf(device) !== dialectOf(job))
  if (aside !== undefined)
    return void window.showWarningMessage(
      l10n.t('{0} is a device of another cloud than the job {1}.', nameOf(aside), nameOf(job)),
    )
  const [{ draft }, jobs] = await Promise.all([api.job(job), api.jobs()])
  const { schedule: _schedule, selection: _selection, ...rest } = draft
  const taken = new Set(jobs.map(({ key }) => key))
  return {
    ...rest,
    name: freeName(draft.name, (name) => taken.has(`${dialectOf(job)}/${name}`)),
    targets: devices.map(targetOf),
  }
}

/**
 * What the file says, for this device instead of those that it names; `undefined`, with the reason said, if it does not
 * fit.
 */
export async function draftFromFile(file: Uri, device: string): Promise<Partial<JobDraft> | undefined> {
  const read = readDraft((await workspace.openTextDocument(file)).getText())
  if ('line' in read)
    return void window.showErrorMessage(l10n.t('This file is no JSON object: see line {0}.', read.line))
  const { draft } = read
  if (draft.dialect !== undefined && presentName(draft.dialect) !== dialectOf(device)) {
    return void window.showWarningMessage(
      l10n.t('{0} is a job of another cloud than the device {1}.', workspace.asRelativePath(file), nameOf(device)),
    )
  }
  return { ...draft, dialect: dialectOf(device), targets: [targetOf(device)] }
}

/** Lets the user pick a job's file of the workspace or from elsewhere; `undefined`: changed their mind. */
export async function pickJobFile(title: string): Promise<Uri | undefined> {
  const found = await workspace.findFiles('**/*.iotjob.json', '**/node_modules/**', 500)
  const rows: Choice<Uri | 'other'>[] = found.map((uri) => ({ label: workspace.asRelativePath(uri), value: uri }))
  const chosen =
    found.length === 0
      ? 'other'
      : await pick({ title }, [
          ...rows.toSorted((one, other) => one.label.localeCompare(other.label)),
          { label: l10n.t('Another file…'), value: 'other' },
        ])
  if (chosen === undefined || chosen === back) return undefined
  if (chosen !== 'other') return chosen
  const [file] = (await window.showOpenDialog({ title, filters: { [l10n.t('IoT job')]: ['iotjob.json'] } })) ?? []
  return file !== undefined && isJobFile(file) ? file : undefined
}

const targetOf = (device: string): TargetDraft => ({ device: nameOf(device) })

/** `blink-2` for `blink`, `blink-3` for `blink-2`. */
function freeName(name: string, taken: (name: string) => boolean): string {
  const [, stem = name, number] = /^(.*?)(?:-(\d{1,6}))?$/s.exec(name) ?? []
  for (let next = Number(number ?? 1) + 1; ; next += 1) if (!taken(`${stem}-${next}`)) return `${stem}-${next}`
}
