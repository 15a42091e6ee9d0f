import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Where a process runs. A pid of one place means nothing in another, be it a container or a machine. */
export interface ProcessHost {
  /** The machine's name, for people. */
  host: string
  /** This run of the kernel; absent where the system does not tell. */
  boot?: string
  /** The PID namespace; absent where there are none. */
  pids?: string
}

/** A process, also when its pid has been given to another. */
export interface Process extends ProcessHost {
  pid: number
  /** When it began, in the system's own words; absent where the system does not tell. */
  started?: string
}

export const isProcess = (value: unknown): value is Process => {
  const { pid, host } = (value ?? {}) as Partial<Process>
  return typeof pid === 'number' && Number.isInteger(pid) && pid > 0 && typeof host === 'string'
}

/** Whether pids of the one can be judged by the other. Without a boot to tell by, the name of the machine has to do. */
export function isSameHost(one: ProcessHost, other: ProcessHost): boolean {
  if (one.boot === undefined || other.boot === undefined) return one.boot === other.boot && one.host === other.host
  return one.boot === other.boot && one.pids === other.pids
}

/** This process. */
export function thisProcess(): Process {
  const [boot, pids] = [
    tell(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    tell(() => readlinkSync('/proc/self/ns/pid')),
  ]
  const started = look(process.pid)?.started
  return {
    pid: process.pid,
    host: hostname(),
    ...(started !== undefined && { started }),
    ...(boot !== undefined && { boot }),
    ...(pids !== undefined && { pids }),
  }
}

/** Whether a process of this place lives: it is there, it is no zombie, and it is not a later one with the same pid. */
export function isAlive({ pid, started }: Pick<Process, 'pid' | 'started'>): boolean {
  const found = look(pid)
  return found !== undefined && (started === undefined || found.started === undefined || started === found.started)
}

function look(pid: number): { started?: string } | undefined {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it is there, but somebody else's.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return undefined
  }
  const stat = tell(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  if (stat === undefined) return {}
  // State and start are the 3rd and the 22nd field [proc(5)]; the name before them may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // Dead, but its parent has not asked how it died, as nobody ever does in many a container.
  if (fields[0] === 'Z') return undefined
  return fields[19] === undefined ? {} : { started: fields[19] }
}

/** Only Linux tells. */
function tell(ask: () => string): string | undefined {
  try {
    return ask()
  } catch {
    return undefined
  }
}
