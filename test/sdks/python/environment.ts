import { createHash } from 'node:crypto'
import { execFile } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from '../../vscode/rig/folders.ts'

const run = promisify(execFile)
const MINUTE = 60_000

/** Makes a virtual environment with the pinned SDKs, unless it is there; returns its interpreter. */
export async function pythonWithSdks(say: (line: string) => unknown): Promise<string> {
  const requirements = join(import.meta.dirname, 'requirements.txt')
  const { stdout: version } = await run('python3', ['--version'])
  const id = createHash('sha256')
    .update(version)
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12)
  const home = join(cacheFolder(), `python-sdks-${id}`)
  const python = join(home, 'bin', 'python')
  const done = join(home, 'done')
  if (existsSync(done)) return python
  say(`${version.trim()}: installing the SDKs …`)
  await rm(home, { recursive: true, force: true })
  await mkdir(cacheFolder(), { recursive: true })
  await run('python3', ['-m', 'venv', home], { timeout: MINUTE })
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input']
  await run(python, ['-m', 'pip', 'install', ...quiet, '-r', requirements], { timeout: 10 * MINUTE })
  writeFileSync(done, '')
  return python
}
