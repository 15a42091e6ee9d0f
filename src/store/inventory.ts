import { join } from 'node:path'
import { joined, asSaid, say, type Words } from '../core/said.ts'
import type { FileFacts, Files } from './files.ts'

/** A file of the state that is not as the hub has left it. */
export interface Flaw {
  name: string
  what: What
}

/** What has become of it. */
type What =
  | 'can be used no more'
  | 'is gone'
  | 'was replaced by another file'
  | 'was cut short'
  | 'was written to by somebody else'

/** All of them in one line; nothing if there is none. */
export function listOf([first, ...others]: readonly Flaw[]): Words | undefined {
  const words = ({ name, what }: Flaw): Words => say`${name} ${asSaid(what)}`
  return first && joined([words(first), ...others.map(words)], (before, next) => say`${before}, ${next}`)
}

/** A file that could not be looked at: it will not be found as it was, and be written anew. */
const GONE: FileFacts = { inode: '', size: 0 }

/** The closed files that the state consists of, as they were left. */
export class Inventory {
  readonly #directory: string
  readonly #files: Files
  readonly #kept = new Map<string, FileFacts>()

  constructor(directory: string, files: Files) {
    this.#directory = directory
    this.#files = files
  }

  get names(): string[] {
    return [...this.#kept.keys()]
  }

  /** From now on this file belongs to the state, as it is. */
  async add(name: string): Promise<void> {
    const found = await this.#files.stat(join(this.#directory, name)).catch(() => undefined)
    this.#kept.set(name, found ?? GONE)
  }

  remove(name: string): void {
    this.#kept.delete(name)
  }

  /** Does what replaces a file by another that belongs to the state. */
  async change(name: string, work: () => Promise<void>): Promise<void> {
    const before = this.#kept.get(name)
    this.#kept.delete(name)
    try {
      await work()
      await this.add(name)
    } catch (error) {
      if (before !== undefined) this.#kept.set(name, before)
      throw error
    }
  }

  /** Whether the file of that name is the one that was added, as far as can be told. */
  async has(name: string): Promise<boolean> {
    if (this.#kept.get(name) === GONE) return true
    return this.#kept.get(name)?.inode === (await this.#files.stat(join(this.#directory, name)))?.inode
  }

  /** What others have done to them. Files may be added and removed meanwhile. */
  async flaws(): Promise<Flaw[]> {
    const found: Flaw[] = []
    for (const [name, facts] of [...this.#kept]) {
      const what = difference(facts, await this.#files.stat(join(this.#directory, name)))
      if (what !== undefined && this.#kept.get(name) === facts) found.push({ name, what })
    }
    return found
  }
}

/** What has become of a file that should be like that. */
function difference(facts: FileFacts, found: FileFacts | undefined): What | undefined {
  if (found === undefined) return 'is gone'
  if (found.inode !== facts.inode) return 'was replaced by another file'
  if (found.size < facts.size) return 'was cut short'
  return found.size > facts.size ? 'was written to by somebody else' : undefined
}
