import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { start } from '../vscode/rig/child.ts'
import { root } from '../vscode/rig/folders.ts'
import { temporaryFolder } from '../vscode/rig/leavings.ts'

export interface DeviceFolder {
  path: string
  remove(): void
}

export interface DeviceProgram {
  /** What it has written. */
  output(): string
  stop(): Promise<void>
}

/** A folder as a firmware developer has it: the SDK is installed, nothing else is there. */
export function deviceFolder(): DeviceFolder {
  const { path, remove } = temporaryFolder('iot-hub-device-')
  mkdirSync(path, { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(path, 'node_modules'))
  return { path, remove }
}

/** Runs a device’s program in its folder. */
export function runDevice({ path }: DeviceFolder, program: string): DeviceProgram {
  const child = start(process.execPath, [program], { cwd: path })
  return { output: child.output, stop: child.stop }
}
