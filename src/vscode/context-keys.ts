import { commands } from 'vscode'

/** Every key that `when` clauses of package.json may name, with what it may hold. */
export interface ContextKeys {
  /** `HubState.type`; absent until the extension is active. */
  'iotHub.state': string
  /** The hub did not start because of a port. */
  'iotHub.portTaken': boolean
  /** Running or attached. */
  'iotHub.up': boolean
  'iotHub.hasDevices': boolean
  /** There is something in the view of what needs attention. */
  'iotHub.needsAttention': boolean
  'iotHub.hasJobs': boolean
  /** The steps of the walkthrough, once each has happened in this window. */
  'iotHub.deviceConnected': true
  'iotHub.jobCreated': true
  'iotHub.progressShown': true
  'iotHub.twinEdited': true
  /** The same, and that the hub is up, for a walkthrough that is opened only then. */
  'iotHub.happened.up': true
  'iotHub.happened.deviceConnected': true
  'iotHub.happened.jobCreated': true
  'iotHub.happened.progressShown': true
  'iotHub.happened.twinEdited': true
  /** The Devices view shows only some. */
  'iotHub.filtered': boolean
  /** The hub's time only moves when told to. */
  'iotHub.virtualClock': boolean
  /** Other machines can reach the hub. */
  'iotHub.onNetwork': boolean
}

const known = new Map<string, unknown>()

/** Tells the editor, unless it knows already. */
export function setContext<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
  if (known.get(key) === value) return
  known.set(key, value)
  void commands.executeCommand('setContext', key, value)
}

/** What the steps of the walkthrough wait for. */
const STEPS = ['up', 'deviceConnected', 'jobCreated', 'progressShown', 'twinEdited'] as const

/**
 * VS Code learns of the steps when it first shows the walkthrough, and never ticks one whose key was true by then. So
 * what has happened before is told once more, afterwards, by another key.
 */
export function tellWhatHappened(): void {
  for (const step of STEPS) if (known.get(`iotHub.${step}`) === true) setContext(`iotHub.happened.${step}`, true)
}
