import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** The class path of the pinned SDK; Maven fetches what its own repository does not have yet. */
export async function classPathOfSdk(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'iot-hub-java-'))
  try {
    const file = join(folder, 'class-path')
    const pom = join(import.meta.dirname, 'pom.xml')
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath'
    await promisify(execFile)('mvn', ['-q', '-B', '-f', pom, goal, `-Dmdep.outputFile=${file}`], { timeout: 600_000 })
    return await readFile(file, 'utf8')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
