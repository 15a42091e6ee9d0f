import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './read-json.ts'

/** The page that VS Code shows of the extension; `npm run package` packs it as the README. */
export const pagePath = join(root, 'docs/extension-page.md')

/**
 * The page with its pictures inside. VS Code shows pictures of a page from `https:` and `data:` only: a path leads
 * nowhere, and nobody serves ours.
 */
export function extensionPage(): string {
  return readFileSync(pagePath, 'utf8').replace(/(!\[[^\]]*\])\(([^)]+\.png)\)/g, (_, words: string, path: string) => {
    const picture = readFileSync(join(dirname(pagePath), path))
    return `${words}(data:image/png;base64,${picture.toString('base64')})`
  })
}

/** What of the page does not work where it is read: pictures and links with paths, and words for people who build. */
export function findPage(page = extensionPage()): string[] {
  const links = [...page.matchAll(/\]\(((?!https:|data:image\/png;|#)[^)]*)\)/g)].map(
    ([, link]) => `it leads to ${link}`,
  )
  const commands = ['npm ', 'npx ', 'node dist/']
    .filter((command) => page.includes(command))
    .map((command) => `it asks users for ${command.trim()}`)
  return [...links, ...commands].map((fault) => `docs/extension-page.md: ${fault}`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  mkdirSync(join(root, 'dist'), { recursive: true })
  writeFileSync(join(root, 'dist/extension-page.md'), extensionPage())
}
