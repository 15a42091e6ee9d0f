import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { lineAt, type TextFile } from '../files.ts'

/** `core/job/states.ts`, `test/golden/`: a path in backticks, to a file or a folder. */
const named = /`((?:[\w.@-]+\/)+(?:[\w.-]+\.(?:ts|mjs|mts|md|json|css|py|java|txt))?)`/g
/** Where a link leads in the repository. */
const linked = /\]\(((?!https?:)[^)#\s]+)(?:#[^)]*)?\)/g
/** What is there after a build only, belongs to somebody else, or stands for a name. */
const elsewhere = /^(?:dist|node_modules|tmp|samples|build|\.iot-hub)\/|(?:^|\/)[A-Z]{3,}\/|^docs\/wire\/toy/

/**
 * Every file or folder that a page names and that no path of the repository ends with; every link that leads nowhere.
 */
export function findPaths(folder: string, { path, text }: TextFile, paths: readonly string[]): string[] {
  const told = (at: number, name: string): string => `${path}:${lineAt(text, at)} paths: there is no ${name}`
  const is = (name: string): boolean =>
    existsSync(join(folder, name)) ||
    paths.some((one) => (name.endsWith('/') ? `/${one}`.includes(`/${name}`) : `/${one}`.endsWith(`/${name}`)))
  const leads = (name: string): boolean => existsSync(join(folder, dirname(path), name))
  return [
    ...[...text.matchAll(named)].flatMap(({ index, 1: name = '' }) =>
      elsewhere.test(name) || is(name) ? [] : [told(index, name)],
    ),
    ...[...text.matchAll(linked)].flatMap(({ index, 1: name = '' }) => (leads(name) ? [] : [told(index, name)])),
  ]
}
