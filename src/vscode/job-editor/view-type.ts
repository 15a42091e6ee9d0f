/** The name of the editor, as package.json declares it for `*.iotjob.json` files; panels without a file have it too. */
export const viewType = 'iotHub.jobEditor'
