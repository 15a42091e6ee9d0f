import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename } from 'node:path'

const LISTEN = '0A'

/**
 * Which process listens on a TCP port, in words (`node (pid 123)`); `undefined` where that cannot be found out. Linux
 * only.
 */
export async function portOwner(port: number): Promise<string | undefined> {
  try {
    const inodes = new Set([...(await listening('/proc/net/tcp', port)), ...(await listening('/proc/net/tcp6', port))])
    if (inodes.size === 0) return undefined
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      if (await holds(pid, inodes)) return `${await programOf(pid)} (pid ${pid})`
    }
  } catch {
    // Another system, or a process that has just gone.
  }
  return undefined
}

/** `sl local_address rem_address st … inode`, addresses as `HEXIP:HEXPORT`. */
async function listening(table: string, port: number): Promise<string[]> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const lines = (await readFile(table, 'utf8').catch(() => '')).split('\n').slice(1)
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(`:${hex}`) === true && columns[3] === LISTEN)
    .map((columns) => `socket:[${columns[9]}]`)
}

/** The file that runs: what a process calls itself may be the name of a thread (`MainThread` on Node 24). */
const programOf = async (pid: string): Promise<string> =>
  basename(await readlink(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, '')

/** Other users' processes keep their descriptors to themselves. */
async function holds(pid: string, sockets: Set<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`
  const descriptors = await readdir(folder).catch(() => [])
  for (const descriptor of descriptors)
    if (sockets.has(await readlink(`${folder}/${descriptor}`).catch(() => ''))) return true
  return false
}
