/** Every command of the extension. package.json declares the same ids; titles are `command.<name>` in package.nls*.json. */
export const commands = {
  start: 'iotHub.start',
  createJob: 'iotHub.createJob',
} as const

export type CommandId = (typeof commands)[keyof typeof commands]
