import { commands as editor, Disposable, window, workspace, type ExtensionContext } from 'vscode'
import { attentionCommands } from './attention/attention-commands.ts'
import { commands, type CommandId } from './commands.ts'
import { createHost } from './create-host.ts'
import { deviceCommands } from './devices/device-commands.ts'
import { Decorations } from './documents/decorations.ts'
import { HubFiles } from './documents/hub-files.ts'
import { followFormerScheme } from './documents/former-scheme.ts'
import { settleConflict } from './documents/open.ts'
import { scheme } from './documents/paths.ts'
import { markTwins } from './documents/twin-marks.ts'
import type { Exports } from './exports.ts'
import { registerJobEditor } from './job-editor/open.ts'
import { jobCommands } from './jobs/job-commands.ts'
import { advanceClock } from './hub-session/advance-clock.ts'
import { followState } from './hub-session/follow-state.ts'
import { WindowSession } from './hub-session/window-session.ts'
import { sessionCommands, starting } from './hub-session/session-commands.ts'
import { networkCommands } from './hub-session/network.ts'
import { showStatusMenu } from './hub-session/status-menu.ts'
import { registerProgress } from './progress/open.ts'
import { HubStatusFeed, type HubOverview } from './hub-status-feed.ts'
import { registerHubTask } from './task/hub-task.ts'
import { AttentionView } from './tree/attention-view.ts'
import { DevicesView } from './tree/devices-view.ts'
import { devicesDrag, jobsDrop } from './tree/drag.ts'
import { JobsView } from './tree/jobs-view.ts'
import { LoadMoreNode } from './tree/nodes/load-more.ts'
import { createWithHub } from './with-hub.ts'

let hub: WindowSession | undefined

/** Registers; whatever costs anything is loaded on first use. */
export function activate(context: ExtensionContext): Exports {
  const log = window.createOutputChannel('IoT Hub', { log: true })
  hub = new WindowSession(context, log)
  const host = createHost(context, hub.life, log)
  const life = hub
  life.onFailedToSucceed = (state) => void starting(Promise.resolve(state))
  const withHub = createWithHub(host)
  const devices = new DevicesView(host)
  const jobs = new JobsView(host)
  const attention = new AttentionView(host)
  const statusFeed = new HubStatusFeed(host)
  const files: HubFiles = new HubFiles(host, (uri, current) => void settleConflict(files, uri, current))
  const decorations = new Decorations(host)
  let overview: HubOverview | undefined
  statusFeed.onBeat((latest) => (overview = latest))

  const deeds = {
    ...sessionCommands(life, host),
    ...networkCommands(life, host),
    ...deviceCommands(withHub, devices),
    ...jobCommands(host, withHub),
    ...attentionCommands(withHub),
    [commands.showStatus]: () => showStatusMenu(life, host, overview),
    [commands.advanceClock]: withHub(() => advanceClock(host)),
    [commands.refresh]: () => [devices, jobs, attention].forEach(({ tree }) => tree.reset()),
    [commands.loadMore]: (node: unknown) => {
      if (node instanceof LoadMoreNode) for (const { tree } of [devices, jobs]) tree.loadMore(node)
    },
  } satisfies Record<CommandId, (...given: never[]) => unknown>
  context.subscriptions.push(
    log,
    devices,
    jobs,
    attention,
    statusFeed,
    files,
    followState(life, host, statusFeed, devices, jobs),
    workspace.registerFileSystemProvider(scheme, files, { isCaseSensitive: true }),
    followFormerScheme(files),
    markTwins(files),
    decorations,
    window.registerFileDecorationProvider(decorations),
    registerJobEditor(host),
    registerProgress(host),
    // Tasks end with the window: what one began does not come back by itself.
    registerHubTask(host, { start: () => starting(life.start({ remember: false })), stop: () => life.stop() }),
    Disposable.from(...Object.entries(deeds).map(([id, deed]) => editor.registerCommand(id, deed))),
  )
  // VS Code counts what happens now as activation, and other extensions wait for it.
  setImmediate(() => void life.resume())
  return {
    host,
    decorations,
    options: () => life.options(),
    wipe: () => life.wipe(),
    devices: devices.tree,
    jobs: jobs.tree,
    attention: attention.tree,
    drag: { devices: devicesDrag, jobs: jobsDrop },
  }
}

/** The window closes: connections end, everything is written down. */
export function deactivate(): Promise<void> | undefined {
  return hub?.end()
}
