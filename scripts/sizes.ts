import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './read-json.ts'

const kilobyte = 1024
const limits = {
  'dist/local-iot-hub.vsix': 5 * kilobyte * kilobyte,
  'dist/extension.cjs': 150 * kilobyte,
}

/** Every file that is larger than it may be, or missing; tells the sizes of all. */
export function findSizes(say: (line: string) => void): string[] {
  return Object.entries(limits).flatMap(([path, limit]) => {
    const file = join(root, path)
    if (!existsSync(file)) return [`${path} is missing: run npm run package`]
    const { size } = statSync(file)
    say(`${path}: ${kilobytes(size)} of ${kilobytes(limit)}`)
    return size > limit
      ? [`${path} has ${kilobytes(size)}, allowed are ${kilobytes(limit)}: dist/meta/*.json tells what is in it`]
      : []
  })
}

const kilobytes = (bytes: number) => `${Math.ceil(bytes / kilobyte)} KB`
