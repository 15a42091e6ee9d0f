import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { l10n, window, workspace, commands as editor, type ExtensionContext, type LogOutputChannel } from 'vscode'
import type { Endpoints } from '../../shared/api.ts'
import type { HubOptions } from '../../shared/options.ts'
import { commands as ours } from '../commands.ts'
import { changeOptions, currentOptions } from '../settings.ts'
import { choose, movedPorts, withChoices } from './port-choices.ts'
import { KnownHubs } from './known-hubs.ts'
import { HubSession } from './hub-session.ts'
import { placesOf } from './places.ts'
import { isUp, type HubState } from './state.ts'
import { refusalInWords } from '../in-words.ts'

/** Whether a hub ran when the window was last closed: then it comes back with the window. */
const ranKey = 'iotHub.ran'

/** For so many seconds a hub that we were guests of is looked for. */
const returns = 60

/** The hub's life with the user's settings, trust and storage. */
export class WindowSession {
  readonly life: HubSession
  /** What the hub was last started with. */
  startedWith: HubOptions | undefined
  /** The hub of a window that has closed could not be run on here. */
  onFailedToSucceed: (state: HubState) => void = () => {}
  readonly #known: KnownHubs
  #ended = false

  constructor(
    private readonly context: ExtensionContext,
    private readonly log: LogOutputChannel,
  ) {
    this.#known = new KnownHubs(context.globalState)
    this.life = new HubSession({
      load: async () => (await import('../hub-bundle.ts')).hubMaker,
      now: () => performance.now(),
      pause: (milliseconds) => pause(milliseconds),
      successor: (endpoints) => this.#successor(endpoints),
      onSucceeded: (state) => this.#succeeded(state),
      onError: (what, error) => log.error(what, error instanceof Error ? error : String(error)),
      inWords: refusalInWords,
    })
    let before = this.life.state.type
    this.life.onState(({ type }) => {
      // A window that leaves it or ends it on purpose passes through `stopping`.
      if (before === 'attached' && type === 'stopped') void this.#awaitReturn()
      before = type
    })
  }

  options(): HubOptions {
    const settings = this.#settings()
    return withChoices(settings, this.#known.of(settings.data).choices ?? {})
  }

  /**
   * Changes options for the hub of this window: as settings of its workspace, or kept with the hub where there is
   * none.
   */
  async choose(changes: Partial<HubOptions>): Promise<void> {
    if (workspace.workspaceFolders !== undefined) return changeOptions(changes)
    const settings = this.#settings()
    const { choices = {} } = this.#known.of(settings.data)
    await this.#known.update(settings.data, { choices: choose(settings, choices, changes) })
  }

  /** The address that the hub of this window listens on; settings that were changed since hold at its next start. */
  get host(): string {
    return (isUp(this.life.state) ? this.startedWith : undefined)?.host ?? this.options().host
  }

  /**
   * Starts or joins, if the workspace is trusted. `remember`: whether it is to come back with the window, default yes.
   */
  async start({ remember = true } = {}): Promise<HubState> {
    if (!workspace.isTrusted) {
      void refuseUntrusted()
      return this.life.state
    }
    const options = this.options()
    if (!isUp(this.life.state) && this.life.state.type !== 'starting') this.startedWith = options
    const state = await this.life.start(options)
    await this.#remember(remember && isUp(state))
    if (state.type === 'running') await this.#compare(options, state.endpoints)
    return state
  }

  async stop(how?: { forAll: boolean }): Promise<HubState> {
    // At once: who starts it in the same moment is to find it stopping.
    const stopped = this.life.stop(how)
    await this.#remember(false)
    return stopped
  }

  async restart(): Promise<HubState> {
    await this.life.stop()
    return this.start()
  }

  /** Looks whether another window or the command line has begun a hub here meanwhile, and joins it. */
  look(): Promise<HubState> {
    return this.life.join(this.options().data)
  }

  /** Stops the hub and deletes everything it knows. Rejects, having deleted nothing, if it is run by somebody else. */
  async wipe(): Promise<void> {
    // The settings may say another folder by now than the one that this hub is in.
    const { data } = (isUp(this.life.state) ? this.startedWith : undefined) ?? this.options()
    await this.stop()
    await this.life.wipe(data)
  }

  /**
   * At activation: takes up what the last window left, or joins a hub that runs here already. Loads nothing if there
   * is neither.
   */
  async resume(): Promise<void> {
    if (!workspace.isTrusted) return
    if (this.context.workspaceState.get<boolean>(ranKey) === true) await this.start()
    else if (existsSync(join(this.options().data, 'hub.json'))) await this.life.join(this.options().data)
  }

  /** At the window's end: everything is written down. That it ran is remembered. */
  async end(): Promise<void> {
    this.#ended = true
    await this.life.stop({ handOver: true })
  }

  /** The hub of a window that closes goes on in this one, on the ports that devices know. */
  #successor({ mqtt, mqtts, http, https }: Endpoints): HubOptions | undefined {
    if (this.#ended || !workspace.isTrusted) return undefined
    this.startedWith = this.options()
    return { ...this.startedWith, mqtt, mqtts, http, https }
  }

  #succeeded(state: HubState): void {
    void this.#remember(isUp(state))
    if (state.type === 'running' && this.startedWith !== undefined)
      void this.#compare(this.startedWith, state.endpoints)
    if (state.type === 'running') this.log.info('the window that ran the hub has closed; this one runs it on')
    if (state.type === 'failed') this.onFailedToSucceed(state)
  }

  /** A guest whose host has gone joins it again when it comes back, as a window does that is reloaded. */
  async #awaitReturn(): Promise<void> {
    for (let left = returns; left > 0; left -= 1) {
      await pause(1000)
      if (this.#ended || this.life.state.type !== 'stopped') return
      if (existsSync(join(this.options().data, 'hub.json'))) await this.look()
    }
  }

  /** Devices look for the hub where it was: says so when it comes back elsewhere. */
  async #compare(wanted: HubOptions, { mqtt, mqtts, http, https }: Endpoints): Promise<void> {
    const now = { mqtt, mqtts, http, https }
    const { ports: before } = this.#known.of(wanted.data)
    const moved = movedPorts(before, now, wanted)
    await this.#known.update(wanted.data, { ports: now })
    if (before !== undefined && moved.length > 0)
      void tellMoved(moved.map((name) => ({ name, was: before[name], is: now[name] })))
  }

  #settings(): HubOptions {
    return currentOptions(placesOf(this.context), (setting, value) =>
      this.log.warn(`${setting}: ${JSON.stringify(value)} cannot be used; the default is`),
    )
  }

  async #remember(ran: boolean): Promise<void> {
    await this.context.workspaceState.update(ranKey, ran)
  }
}

async function tellMoved(ports: readonly { name: string; was: number; is: number }[]): Promise<void> {
  const copy = l10n.t('Copy Addresses')
  const settings = l10n.t('Settings')
  const list = ports.map(({ name, was, is }) => l10n.t('{0} on {1} instead of {2}', name, is, was)).join(', ')
  const text = l10n.t(
    'The hub is elsewhere than last time: {0}. Devices that are set to the old place do not find it.',
    list,
  )
  const choice = await window.showWarningMessage(text, copy, settings)
  if (choice === copy) await editor.executeCommand(ours.copyAddresses)
  if (choice === settings) await editor.executeCommand(ours.openSettings, ports[0]?.name)
}

async function refuseUntrusted(): Promise<void> {
  const manage = l10n.t('Manage Workspace Trust')
  const choice = await window.showWarningMessage(
    l10n.t(
      'The hub opens network ports and writes files as this workspace’s settings say; it starts only in a workspace that you trust.',
    ),
    manage,
  )
  if (choice === manage) await editor.executeCommand('workbench.trust.manage')
}
