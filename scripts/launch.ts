import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'jsonc-parser'
import { outputsOf, targets } from './bundles.mjs'
import { root } from './read-json.ts'

type Configuration = { name: string; program?: string; args?: string[]; outFiles?: string[]; preLaunchTask?: string }
type Task = { label: string; type: string; script?: string; problemMatcher?: unknown }

/** What F5 and the editor's tasks name that is not there: programs, bundles, tasks, npm scripts. */
export function findLaunch(folder: string = root): string[] {
  const read = <T>(path: string): T => parse(readFileSync(join(folder, path), 'utf8')) as T
  const { configurations } = read<{ configurations: Configuration[] }>('.vscode/launch.json')
  const { tasks } = read<{ tasks: Task[] }>('.vscode/tasks.json')
  const { scripts } = read<{ scripts: { [name: string]: string } }>('package.json')
  const bundles = Object.values(targets).flatMap((target) => Object.values(target()).flatMap(outputsOf))
  return [
    ...configurations.flatMap((configuration) => launchFaults(folder, configuration, tasks, bundles)),
    ...tasks.flatMap(({ label, type, script }) =>
      type === 'npm' && (script === undefined || scripts[script] === undefined)
        ? [`.vscode/tasks.json: “${label}” runs npm run ${script}, which package.json does not have`]
        : [],
    ),
  ]
}

function launchFaults(folder: string, configuration: Configuration, tasks: Task[], bundles: string[]): string[] {
  const { name, program, args = [], outFiles = [], preLaunchTask } = configuration
  const fault = (what: string): string => `.vscode/launch.json: “${name}” ${what}`
  const from = (path: string): string => path.replace(/^.*\$\{workspaceFolder\}\/?/, '')
  const is = (path: string): boolean => bundles.includes(path) || existsSync(join(folder, path))
  const paths = [
    ...(program === undefined ? [] : [program]),
    ...args.filter((arg) => arg.includes('${workspaceFolder}')),
  ]
  return [
    ...paths.flatMap((path) =>
      path === '${file}' || is(from(path)) ? [] : [fault(`runs ${from(path)}, which nothing makes`)],
    ),
    ...outFiles.flatMap((glob) =>
      bundles.some((bundle) => dirname(bundle) === dirname(from(glob)) && matches(bundle, from(glob)))
        ? []
        : [fault(`looks for bundles in ${from(glob)}, where none is made`)],
    ),
    ...(preLaunchTask === undefined || tasks.some(({ label }) => label === preLaunchTask)
      ? []
      : [fault(`waits for the task “${preLaunchTask}”, which .vscode/tasks.json does not have`)]),
  ]
}

/** `dist/*.js`: only the last part of a path has stars. */
const matches = (path: string, glob: string): boolean => {
  const [head = '', tail = ''] = glob.split('*')
  return path.startsWith(head) && path.endsWith(tail)
}
