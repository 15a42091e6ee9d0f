import { readdir, readFile, readlink } from 'node:fs/promises'

const LISTEN = '0A'

/** Which process listens on a TCP port, in words (`node (pid 123)`); `undefined` where that cannot be found out. Linux only. */
export async function portOwner(port: number): Promise<string | undefined> {
  try {
    const inodes = new Set([...(await listening('/proc/net/tcp', port)), ...(await listening('/proc/net/tcp6', port))])
    if (inodes.size === 0) return undefined
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      if (await holds(pid, inodes)) return `${(await readFile(`/proc/${pid}/comm`, 'utf8')).trim()} (pid ${pid})`
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

/** Other users' processes keep their descriptors to themselves. */
async function holds(pid: string, sockets: Set<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`
  const descriptors = await readdir(folder).catch(() => [])
  for (const descriptor of descriptors) if (sockets.has(await readlink(`${folder}/${descriptor}`).catch(() => ''))) return true
  return false
}
