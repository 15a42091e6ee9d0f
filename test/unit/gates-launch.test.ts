import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'jsonc-parser'
import { findLaunch } from '../../scripts/launch.ts'
import { root } from '../../scripts/read-json.ts'
import { watching } from '../../scripts/watching.mjs'
import type { BuildResult, OnEndResult, OnStartResult, PartialMessage, PluginBuild } from 'esbuild'
import { plant } from '../builders/plant.ts'

const wrongIn = (launch: object, tasks: object[] = []) =>
  findLaunch(
    plant({
      '.vscode/launch.json': `// F5\n${JSON.stringify({ configurations: [{ name: 'One', ...launch }] })}`,
      '.vscode/tasks.json': JSON.stringify({ tasks }),
      'package.json': '{"scripts":{"dev":"x"}}',
      'src/there.ts': '',
    }),
  )

test('what F5 runs is a file, or a bundle that is made', () => {
  assert.deepEqual(wrongIn({ program: '${workspaceFolder}/src/there.ts' }), [])
  assert.deepEqual(wrongIn({ program: '${file}' }), [])
  assert.deepEqual(
    wrongIn({ program: '${workspaceFolder}/dist/cli.js', outFiles: ['${workspaceFolder}/dist/*.cjs'] }),
    [],
  )
  assert.deepEqual(wrongIn({ program: '${workspaceFolder}/dist/no.js' }), [
    '.vscode/launch.json: “One” runs dist/no.js, which nothing makes',
  ])
  assert.deepEqual(wrongIn({ outFiles: ['${workspaceFolder}/out/*.js'] }), [
    '.vscode/launch.json: “One” looks for bundles in out/*.js, where none is made',
  ])
})

test('a task that F5 waits for is there, and runs a script that is there', () => {
  assert.deepEqual(wrongIn({ preLaunchTask: 'watch' }, [{ label: 'watch', type: 'npm', script: 'dev' }]), [])
  assert.deepEqual(wrongIn({ preLaunchTask: 'watch' }), [
    '.vscode/launch.json: “One” waits for the task “watch”, which .vscode/tasks.json does not have',
  ])
  assert.deepEqual(wrongIn({}, [{ label: 'watch', type: 'npm', script: 'no' }]), [
    '.vscode/tasks.json: “watch” runs npm run no, which package.json does not have',
  ])
})

test('the project’s own F5 runs what is there', () => {
  assert.deepEqual(findLaunch(), [])
})

/** A bundle as esbuild would build it, told when it begins and ends. */
function bundle(plugin: ReturnType<typeof watching>) {
  let start = (): unknown => undefined
  let end = (_: BuildResult): unknown => undefined
  const build = {
    onStart: (told: () => OnStartResult | void) => void (start = told),
    onEnd: (told: (result: BuildResult) => OnEndResult | void) => void (end = told as typeof end),
  }
  void plugin.setup(build as unknown as PluginBuild)
  return {
    start: () => void start(),
    end: (...errors: PartialMessage[]) => void end({ errors } as unknown as BuildResult),
  }
}

test('a watch tells once that it builds, and that it has built when the last bundle is there', () => {
  const said: string[] = []
  const plugin = watching(2, (line) => said.push(line))
  const [one, two] = [bundle(plugin), bundle(plugin)]
  one.start()
  one.end()
  two.start()
  assert.deepEqual(said, ['watch: building'])
  two.end()
  assert.deepEqual(said, ['watch: building', 'watch: built'])
  one.start()
  two.start()
  one.end({ text: 'no such file', location: { file: 'src/a.ts', line: 3, column: 7 } })
  two.end()
  assert.deepEqual(said.slice(2), ['watch: building', 'src/a.ts:3:8: error: no such file', 'watch: built'])
})

test('the editor’s task understands what a watch says', () => {
  const said: string[] = []
  const one = bundle(watching(1, (line) => said.push(line)))
  one.start()
  one.end({ text: 'Unexpected "="', location: { file: 'src/a.ts', line: 3, column: 7 } })
  const { tasks } = parse(readFileSync(join(root, '.vscode/tasks.json'), 'utf8')) as {
    tasks: { label: string; problemMatcher: Matcher }[]
  }
  const { pattern, background } = tasks.find(({ label }) => label === 'watch')!.problemMatcher
  assert.match(said[0]!, new RegExp(background.beginsPattern))
  assert.match(said[2]!, new RegExp(background.endsPattern))
  const found = new RegExp(pattern.regexp).exec(said[1]!)!
  assert.deepEqual(
    [found[pattern.file], found[pattern.line], found[pattern.column], found[pattern.message]],
    ['src/a.ts', '3', '8', 'Unexpected "="'],
  )
})

interface Matcher {
  pattern: { regexp: string; file: number; line: number; column: number; message: number }
  background: { beginsPattern: string; endsPattern: string }
}
