import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StoreError } from './store-error.ts'

// The instant this process began tells it from an earlier one with the same pid, as containers hand out the same few.
const ownName = `hub.lock.${process.pid}-${Math.round(performance.timeOrigin)}`

/**
 * Takes the directory for this process until the returned function is called; throws LOCKED, naming the holder.
 *
 * The lock is a file whose *name* says whose it is, so that it is never half written, and nobody's but its owner's:
 * a contender puts down its own first and then looks for others, and may remove those of dead processes without
 * ever hitting a live one's. Two that start in the same instant both see the other and both give up.
 */
export function lockDirectory(directory: string): () => void {
  const own = join(directory, ownName)
  try {
    writeFileSync(own, '', { flag: 'wx', mode: 0o600 })
  } catch (error) {
    throw isCode(error, 'EEXIST') ? heldBy(process.pid, directory, ownName) : error
  }
  const release = (): void => rmSync(own, { force: true })
  try {
    for (const name of readdirSync(directory)) {
      const pid = Number(/^hub\.lock\.(\d+)-\d+$/.exec(name)?.[1] ?? Number.NaN)
      if (Number.isNaN(pid) || name === ownName) continue
      if (pid !== process.pid && isAlive(pid)) throw heldBy(pid, directory, name)
      rmSync(join(directory, name), { force: true })
    }
  } catch (error) {
    release()
    throw error
  }
  return release
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch (error) {
    // EPERM: it is there, but somebody else's.
    return isCode(error, 'EPERM')
  }
}

/** Dead, but its parent has not asked how it died, as nobody ever does in many a container. Only Linux tells. */
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The state stands behind the name, which may hold anything.
    return stat.startsWith('Z', stat.lastIndexOf(')') + 2)
  } catch {
    return false
  }
}

function heldBy(pid: number, directory: string, name: string): StoreError {
  return new StoreError('LOCKED', `${directory} is in use by process ${pid}; if that process is not a hub, delete the file ${name} there`)
}

const isCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code
