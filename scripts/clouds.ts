import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { dialects } from '../src/dialect/registry.ts'
import { formerNames } from '../src/shared/former-names.ts'
import { root } from './read-json.ts'

const folders = ['src/vscode', 'webview']
/** Clouds that the hub speaks now or will: their dialects' names and titles come on top. */
const clouds = ['AWS', 'Azure', 'Aliyun', 'Alibaba']
/** What the product's own URI scheme was happens to be what a dialect was called. */
const ownScheme = /formerScheme = 'iothub'/g

/**
 * Every line of the editor's code that names a cloud: what depends on one belongs in its dialect, and is reached
 * through the contract.
 */
export function findClouds(): string[] {
  const words = [
    ...clouds,
    ...clouds.map((cloud) => cloud.toLowerCase()),
    ...dialects.flatMap(({ name, title }) => [name, title]),
    ...Object.keys(formerNames),
  ]
  const named = new RegExp(
    `(?<![\\w-])(?:${words.map((word) => word.replace(/[^\w\s]/g, '\\$&')).join('|')})(?![\\w-])`,
  )
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:ts|css|html|json|svg)$/.test(name))
      .flatMap((name) =>
        readFileSync(join(root, folder, name), 'utf8')
          .split('\n')
          .flatMap((line, index) => {
            const found = named.exec(line.replace(ownScheme, ''))?.[0]
            return found === undefined
              ? []
              : [
                  `${folder}/${name}:${index + 1} names ${found}: the editor knows no cloud, ask the dialect contract for what it needs`,
                ]
          }),
      ),
  )
}
