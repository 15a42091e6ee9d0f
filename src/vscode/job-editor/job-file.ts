import type { Uri } from 'vscode'

/** Whether this is a job as a file. */
export const isJobFile = ({ path }: Uri): boolean => path.endsWith('.iotjob.json')
