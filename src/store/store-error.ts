import { textOf, type Words } from '../core/said.ts'

/** Why a store cannot be opened or used. */
export type StoreErrorCode =
  | 'LOCKED' // another hub has the directory
  | 'NEWER_VERSION' // written by a later release
  | 'LOST' // another hub has taken the directory while this one ran
  | 'UNKEPT' // what is changed cannot be stored at present
  | 'CLOSED'

/** A refusal of the store; what is on disk has not been touched. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  constructor(
    readonly code: StoreErrorCode,
    readonly words: Words,
    options?: ErrorOptions,
  ) {
    super(textOf(words), options)
  }
}
