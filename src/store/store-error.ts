/** Why a store cannot be opened or used. */
export type StoreErrorCode =
  | 'LOCKED' // another hub has the directory
  | 'NEWER_VERSION' // written by a later release
  | 'CLOSED'

/** A refusal of the store; nothing on disk has been touched. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  constructor(
    readonly code: StoreErrorCode,
    message: string,
  ) {
    super(message)
  }
}
