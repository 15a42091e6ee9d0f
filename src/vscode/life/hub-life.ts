import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { l10n, window, workspace, commands as editor, type ExtensionContext, type LogOutputChannel } from 'vscode'
import type { HubOptions } from '../../shared/options.ts'
import { currentOptions } from '../settings.ts'
import { Life } from './life.ts'
import { placesOf } from './places.ts'
import { isUp, type HubState } from './state.ts'
import { refusalInWords } from '../in-words.ts'

/** Whether a hub ran when the window was last closed: then it comes back with the window. */
const ranKey = 'iotHub.ran'

/** For so many seconds a hub that we were guests of is looked for. */
const returns = 60

/** The hub's life with the user's settings, trust and storage. */
export class HubLife {
  readonly life: Life
  /** What the hub was last started with. */
  startedWith: HubOptions | undefined
  #ended = false

  constructor(
    private readonly context: ExtensionContext,
    private readonly log: LogOutputChannel,
  ) {
    this.life = new Life({
      load: async () => (await import('../hub-bundle.ts')).hubMaker,
      now: () => performance.now(),
      pause: (milliseconds) => pause(milliseconds),
      onError: (what, error) => log.error(what, error instanceof Error ? error : String(error)),
      inWords: refusalInWords,
    })
    let before = this.life.state.type
    this.life.onState(({ type }) => {
      // Who leaves or ends it on purpose passes through `stopping`.
      if (before === 'attached' && type === 'stopped') void this.#awaitReturn()
      before = type
    })
  }

  options(): HubOptions {
    return currentOptions(placesOf(this.context), (setting, value) => this.log.warn(`${setting}: ${JSON.stringify(value)} cannot be used; the default is`))
  }

  /** The address that the hub of this window listens on; settings that were changed since hold at its next start. */
  get host(): string {
    return (isUp(this.life.state) ? this.startedWith : undefined)?.host ?? this.options().host
  }

  /** Starts or joins, if the workspace is trusted. `remember`: whether it is to come back with the window, default yes. */
  async start({ remember = true } = {}): Promise<HubState> {
    if (!workspace.isTrusted) {
      void refuseUntrusted()
      return this.life.state
    }
    const options = this.options()
    if (!isUp(this.life.state) && this.life.state.type !== 'starting') this.startedWith = options
    const state = await this.life.start(options)
    await this.#remember(remember && isUp(state))
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

  /** At activation: takes up what the last window left, or joins a hub that runs here already. Loads nothing if there is neither. */
  async resume(): Promise<void> {
    if (!workspace.isTrusted) return
    if (this.context.workspaceState.get<boolean>(ranKey) === true) await this.start()
    else if (existsSync(join(this.options().data, 'hub.json'))) await this.life.join(this.options().data)
  }

  /** At the window's end: everything is written down. That it ran is remembered. */
  async end(): Promise<void> {
    this.#ended = true
    await this.life.stop()
  }

  /** A guest whose host has gone joins it again when it comes back, as a window does that is reloaded. */
  async #awaitReturn(): Promise<void> {
    for (let left = returns; left > 0; left -= 1) {
      await pause(1000)
      if (this.#ended || this.life.state.type !== 'stopped') return
      if (existsSync(join(this.options().data, 'hub.json'))) await this.look()
    }
  }

  async #remember(ran: boolean): Promise<void> {
    await this.context.workspaceState.update(ranKey, ran)
  }
}

async function refuseUntrusted(): Promise<void> {
  const manage = l10n.t('Manage Workspace Trust')
  const choice = await window.showWarningMessage(l10n.t('The hub opens network ports and writes files as this workspace’s settings say; it starts only in a workspace that you trust.'), manage)
  if (choice === manage) await editor.executeCommand('workbench.trust.manage')
}
