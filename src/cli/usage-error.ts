/** A command line that cannot be obeyed. The message names flag, value and rule. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
