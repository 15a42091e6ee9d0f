import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../read-json.ts'

/** What Knip reports of a file. */
type Issue = { file: string } & { [kind in keyof typeof kinds]?: { name: string; line?: number }[] }

const kinds = {
  files: () => 'is used by nobody',
  exports: (name: string) => `${name} is exported, and imported by nobody`,
  types: (name: string) => `the type ${name} is exported, and imported by nobody`,
  duplicates: (name: string) => `${name} is exported twice`,
  dependencies: (name: string) => `the dependency ${name} is used by nobody`,
  devDependencies: (name: string) => `the dependency ${name} is used by nobody`,
  unlisted: (name: string) => `${name} is imported, and not in package.json`,
  unresolved: (name: string) => `${name} is imported, and not there`,
}

/** Files, exports and dependencies that nobody uses, by `knip.json` of that folder. */
export function findDead(folder: string): string[] {
  const knip = [
    join(root, 'node_modules/knip/bin/knip.js'),
    '--directory',
    folder,
    '--reporter',
    'json',
    '--no-progress',
  ]
  const run = spawnSync(process.execPath, knip, { encoding: 'utf8' })
  // It ends with 1 where it has found something, with 2 where it has failed.
  if (run.status !== 0 && run.status !== 1) return [`knip.json:1 dead: Knip has failed: ${run.stderr || run.stdout}`]
  return (JSON.parse(run.stdout) as { issues: Issue[] }).issues.flatMap((issue) =>
    Object.entries(kinds).flatMap(([kind, says]) =>
      (issue[kind as keyof typeof kinds] ?? []).map(
        ({ name, line = 1 }) => `${issue.file}:${line} dead: ${says(name)}`,
      ),
    ),
  )
}
