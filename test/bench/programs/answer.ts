interface Question {
  id: number
  name: string
  args: unknown[]
}

/** Answers what the bench asks this process, and ends it once the bench lets go. */
export function answer(calls: object): void {
  const known = new Map(Object.entries(calls) as [string, (...args: unknown[]) => unknown][])
  process.on('message', (message) => {
    const { id, name, args } = message as Question
    const call = async (): Promise<unknown> => known.get(name)!(...args)
    call().then(
      (result) => process.send?.({ id, result }),
      (error: unknown) =>
        process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
  })
  process.once('disconnect', () => process.exit())
}
