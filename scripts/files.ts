import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** A text of the repository: its path from the root, with `/`, and its lines. */
export type TextFile = { path: string; text: string }

const outside = new Set(['node_modules', 'dist'])

/** The named files of `root`, and those below its named folders, whose path `fits`; what is not there has none. */
export function textsBelow(root: string, places: readonly string[], fits: RegExp): TextFile[] {
  return places.flatMap((place) => {
    if (!existsSync(join(root, place))) return []
    return statSync(join(root, place)).isDirectory() ? below(root, place, fits) : textAt(root, place, fits)
  })
}

const textAt = (root: string, path: string, fits: RegExp): TextFile[] =>
  fits.test(path) ? [{ path, text: readFileSync(join(root, path), 'utf8') }] : []

function below(root: string, folder: string, fits: RegExp): TextFile[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) return outside.has(entry.name) ? [] : below(root, path, fits)
      return textAt(root, path, fits)
    })
}

/** The number, from 1, of the line on which the text's character at `index` stands. */
export const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length
