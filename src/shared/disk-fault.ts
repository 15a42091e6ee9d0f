import type { Label } from '../core/said.ts'

const WORDS: Readonly<Record<string, Label>> = {
  EACCES: 'its rights do not allow that',
  EPERM: 'its rights do not allow that',
  EROFS: 'it can only be read',
  ENOSPC: 'there is no room left',
  EDQUOT: 'there is no room left',
  ENOTDIR: 'a file is in the way',
  EEXIST: 'a file is in the way',
}

/** Why the system does not let a folder or a file be made, read or written, in words; `undefined` for other errors. */
export const diskFault = (error: unknown): Label | undefined =>
  error instanceof Error && 'code' in error ? WORDS[String(error.code)] : undefined
