import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const groups = new Set<number>()
const folders = new Set<string>()

// Whatever ends the rig, nothing that it started or made stays behind.
process.once('exit', () => {
  for (const group of groups) signalGroup(group, 'SIGKILL')
  for (const folder of folders) remove(folder)
})
for (const [name, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(name, () => process.exit(code))

/** Sees to it that a process group ends with the rig. Returns a way to call it off. */
export function endWithUs(group: number): () => void {
  groups.add(group)
  return () => void groups.delete(group)
}

/** Tells every process of a group, if any is left. */
export function signalGroup(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name)
  } catch {
    // Nothing of the group is left.
  }
}

/** A new folder, and a way to remove it before the rig ends. */
export function temporaryFolder(prefix: string): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), prefix))
  folders.add(path)
  return { path, remove: () => remove(path) }
}

function remove(folder: string): void {
  folders.delete(folder)
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
