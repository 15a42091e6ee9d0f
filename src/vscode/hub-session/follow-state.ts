import { commands as editor, Disposable, l10n, window, workspace } from 'vscode'
import { commands } from '../commands.ts'
import { setContext } from '../context-keys.ts'
import type { Host } from '../host.ts'
import { counted } from '../../shared/counted.ts'
import { countOf, isBad } from '../../shared/states.ts'
import type { HubOverview, HubStatusFeed } from '../hub-status-feed.ts'
import { affectsOptions } from '../settings.ts'
import type { DevicesView } from '../tree/devices-view.ts'
import type { JobsView } from '../tree/jobs-view.ts'
import type { WindowSession } from './window-session.ts'
import { isOnNetwork } from './network.ts'
import { createStatusItem, showState } from './status-bar.ts'
import { isUp } from './state.ts'

/** Keeps the status bar, messages, badges and the log in step with the hub. */
export function followState(
  hub: WindowSession,
  host: Host,
  statusFeed: HubStatusFeed,
  devices: DevicesView,
  jobs: JobsView,
): Disposable {
  const item = createStatusItem()
  let overview: HubOverview | undefined
  const show = () => {
    const { state } = host
    showState(item, host, overview)
    const conflict = state.type === 'failed' ? state.conflict : undefined
    setContext('iotHub.portTaken', conflict !== undefined)
    devices.view.title =
      conflict === undefined ? l10n.t('Devices') : l10n.t('Devices: port {0} is taken', conflict.port)
    setContext('iotHub.onNetwork', state.type === 'running' && isOnNetwork(hub.host))
  }
  statusFeed.onBeat((latest) => {
    const before = overview
    overview = latest
    const failing = (latest?.jobs ?? [])
      .filter(({ status }) => status === 'IN_PROGRESS')
      .reduce((sum, { counts }) => sum + countOf(counts, isBad), 0)
    jobs.view.badge = failing === 0 ? undefined : { value: failing, tooltip: failures(failing) }
    tellAborted(before, latest)
    show()
  })
  show()
  return Disposable.from(
    item,
    host.onState((state) => {
      host.log.info(isUp(state) ? `${state.type}: ${JSON.stringify(state.endpoints)}` : state.type)
      if (isUp(state) && state.endpoints.exposed === true) host.log.info(LETS_IN)
      show()
    }),
    workspace.onDidChangeConfiguration((event) => {
      if (affectsOptions(event) && host.state.type === 'running') void offerRestart(hub, host)
    }),
  )
}

/** What a hub that listens to other machines says of itself. */
const LETS_IN =
  'other machines reach this hub: it lets in who shows a certificate or secret of a device that was added, a presigned URL, a key of `iot-hub keys`, or its API token; nobody else, in either mode'

const failures = (count: number): string =>
  counted(
    count,
    l10n.t('1 execution of a running job has failed'),
    l10n.t('{0} executions of running jobs have failed', count),
  )

/** Once, for a job that stopped itself because too much failed. */
function tellAborted(before: HubOverview | undefined, now: HubOverview | undefined): void {
  if (before === undefined) return
  for (const { key, name, reasonCode, comment } of now?.jobs ?? []) {
    const was = before.jobs.find((job) => job.key === key)
    if (reasonCode !== 'ABORT_CRITERIA_MET' || was === undefined || was.reasonCode === reasonCode) continue
    const progress = l10n.t('Show Progress')
    const text =
      comment === undefined
        ? l10n.t('The job {0} aborted itself.', name)
        : l10n.t('The job {0} aborted itself: {1}', name, comment)
    void window
      .showWarningMessage(text, progress)
      .then((choice) => choice === progress && editor.executeCommand(commands.openProgress, key))
  }
}

let offering = false

/** Not when our own command has changed the setting: that restarts by itself. */
async function offerRestart(hub: WindowSession, host: Host): Promise<void> {
  if (offering || JSON.stringify(hub.options()) === JSON.stringify(hub.startedWith)) return
  offering = true
  const restart = l10n.t('Restart Hub')
  const choice = await window.showInformationMessage(
    l10n.t('The changed settings hold when the hub is started again.'),
    restart,
  )
  offering = false
  if (choice === restart && host.state.type === 'running') await editor.executeCommand(commands.restart)
}
