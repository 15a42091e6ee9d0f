import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The first program of those names on the PATH; undefined if there is none. */
export const onPath = (...names: string[]): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(executable)

function executable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
