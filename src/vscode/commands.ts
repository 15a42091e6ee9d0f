/**
 * Every command of the extension. package.json declares the same ids; titles are `command.<name>` in package.nls*.json.
 * Those of tree items take the item; called from the palette they ask.
 */
export const commands = {
  start: 'iotHub.start',
  stop: 'iotHub.stop',
  restart: 'iotHub.restart',
  reset: 'iotHub.reset',
  showStatus: 'iotHub.showStatus',
  showLog: 'iotHub.showLog',
  openSettings: 'iotHub.openSettings',
  openWalkthrough: 'iotHub.openWalkthrough',
  useFreePorts: 'iotHub.useFreePorts',
  openToNetwork: 'iotHub.openToNetwork',
  closeToNetwork: 'iotHub.closeToNetwork',
  copyAddresses: 'iotHub.copyAddresses',
  advanceClock: 'iotHub.advanceClock',
  refresh: 'iotHub.refresh',
  loadMore: 'iotHub.loadMore',

  addDevice: 'iotHub.addDevice',
  connectDevice: 'iotHub.connectDevice',
  deviceActions: 'iotHub.deviceActions',
  connectService: 'iotHub.connectService',
  removeDevice: 'iotHub.removeDevice',
  showCredentials: 'iotHub.showCredentials',
  revokeCredential: 'iotHub.revokeCredential',
  deleteCredential: 'iotHub.deleteCredential',
  findDevice: 'iotHub.findDevice',
  revealDevice: 'iotHub.revealDevice',
  clearFilter: 'iotHub.clearFilter',
  copyName: 'iotHub.copyName',
  openTwin: 'iotHub.openTwin',
  compareTwin: 'iotHub.compareTwin',

  showAttention: 'iotHub.showAttention',
  dismissNotice: 'iotHub.dismissNotice',
  dismissAllNotices: 'iotHub.dismissAllNotices',
  copyNotice: 'iotHub.copyNotice',

  createJob: 'iotHub.createJob',
  createJobFromFile: 'iotHub.createJobFromFile',
  createJobFromFileForDevice: 'iotHub.createJobFromFileForDevice',
  createJobLike: 'iotHub.createJobLike',
  openProgress: 'iotHub.openProgress',
  openJobDocument: 'iotHub.openJobDocument',
  openJobDetails: 'iotHub.openJobDetails',
  openExecution: 'iotHub.openExecution',
  cancelJob: 'iotHub.cancelJob',
  forceCancelJob: 'iotHub.forceCancelJob',
  retryFailed: 'iotHub.retryFailed',
  deleteJob: 'iotHub.deleteJob',
} as const

export type CommandId = (typeof commands)[keyof typeof commands]
