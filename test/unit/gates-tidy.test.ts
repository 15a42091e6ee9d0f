import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findTidy } from '../../scripts/tidy.ts'
import { findWide } from '../../scripts/tidy/width.ts'
import { plant } from '../builders/plant.ts'

const lines = (count: number, line = 'void 0') => `${Array<string>(count).fill(line).join('\n')}\n`
const wrongIn = (files: { [path: string]: string }) => findTidy(plant(files))

test('a line of more than 120 columns is told, unless one text alone is too long for it', () => {
  const wide = (text: string) => findWide({ path: 'src/a.ts', text })
  const told = (columns: number) => [`src/a.ts:2 width: the line has ${columns} columns, allowed are 120`]
  assert.deepEqual(wide(`\n${'x'.repeat(120)}\n`), [])
  assert.deepEqual(wide(`\n${'x'.repeat(121)}\n`), told(121))
  assert.deepEqual(wide(`\n// ${'so '.repeat(40)}\n`), told(123))
  assert.deepEqual(wide(`\nconst a = '${'x'.repeat(150)}'\n`), [])
  assert.deepEqual(wide(`\nconst a = \`${'x'.repeat(150)}\`\n`), [])
  assert.deepEqual(wide(`\nconst a = f('${'x'.repeat(100)}', () => b)\n`), [])
  assert.deepEqual(wide(`\nconst a = ${'b + '.repeat(30)}'x'\n`), told(133))
})

test('a function of more than 80 lines is told, but not a test, nor one that has a reason', () => {
  const long = `export function a() {\n${lines(80, '  void 0')}}\n`
  const told = 'src/a.ts:3 length: the function has 82 lines, allowed are 80'
  assert.deepEqual(wrongIn({ 'src/a.ts': `\n\n${long}` }), [told])
  assert.deepEqual(wrongIn({ 'src/a.ts': `\n\n${long.replace('function a() {', 'const a = () => {')}` }), [told])
  assert.deepEqual(wrongIn({ 'src/a.ts': `\n\nclass A {\n${long.replace('export function ', '  ')}}\n` }), [
    told.replace(':3 ', ':4 '),
  ])
  assert.deepEqual(wrongIn({ 'src/a.ts': `\n// long: all in one place\n${long}` }), [])
  assert.deepEqual(wrongIn({ 'test/a.test.ts': `\n\n${long}` }), [])
})

test('a file of more than 300 lines needs a reason, and has never more than 500', () => {
  const told = (count: number) => `src/a.ts:1 length: the file has ${count} lines`
  assert.deepEqual(wrongIn({ 'src/a.ts': lines(300) }), [])
  assert.deepEqual(wrongIn({ 'src/a.ts': lines(301) }), [
    `${told(301)}: more than 300 need a reason, \`// long: …\` in the first line`,
  ])
  assert.deepEqual(wrongIn({ 'src/a.ts': `// long: types only\n${lines(400)}` }), [])
  assert.deepEqual(wrongIn({ 'src/a.ts': `// long: types only\n${lines(500)}` }).slice(0, 1), [
    `${told(501)}, allowed are 500`,
  ])
  assert.deepEqual(wrongIn({ 'test/a.test.ts': lines(400) }), [])
  assert.deepEqual(wrongIn({ 'test/a.test.ts': lines(501) }), [
    `${told(501).replace('src/a', 'test/a.test')}, allowed are 500`,
  ])
})

test('a reason that allows nothing is told', () => {
  assert.deepEqual(wrongIn({ 'src/a.ts': 'void 0\n// long: once it was\nconst a = () => 0\n' }), [
    'src/a.ts:2 length: nothing here is long, the reason can go',
  ])
})

test('a word that the glossary says is gone is told, in a text and in a path', () => {
  const glossary =
    '# Glossary\n\n## Words that are gone\n\n| was | is | why |\n|---|---|---|\n| `Keeper`, `core/keeper.ts` | `Guard` | – |\n\n## Else\n\n| `fine` | – |\n'
  const files = { 'docs/glossary.md': glossary }
  const gone = (place: string) => `${place} words: “Keeper” is gone, say “Guard” (docs/glossary.md)`
  assert.deepEqual(wrongIn({ ...files, 'src/a.ts': '// A Keeper\nclass Keepers {}\nconst fine = 1\n' }), [
    gone('src/a.ts:1'),
  ])
  assert.deepEqual(wrongIn({ ...files, 'webview/a.css': '\n.a { --Keeper: 1; }\n', 'src/README.md': 'Keeper\n' }), [
    gone('src/README.md:1'),
  ])
  assert.deepEqual(wrongIn({ ...files, 'src/core/keeper.ts': '\n' }), [
    'src/core/keeper.ts:1 words: the file is “Guard” now (docs/glossary.md)',
  ])
})

test('a page that names a file or leads to one that is not there is told', () => {
  const page = '# Rooms\n\n`core/a.ts`, `src/core/`, [a](../src/core/a.ts), [site](https://example.com)\n'
  assert.deepEqual(wrongIn({ 'docs/rooms.md': page, 'src/core/a.ts': '\n' }), [])
  assert.deepEqual(wrongIn({ 'docs/rooms.md': page }), [
    'docs/rooms.md:3 paths: there is no core/a.ts',
    'docs/rooms.md:3 paths: there is no src/core/',
    'docs/rooms.md:3 paths: there is no ../src/core/a.ts',
  ])
})

test('a file and an export that nobody uses are told', () => {
  const project = {
    'package.json': '{"name":"planted","type":"module","dependencies":{"unused-package":"1.0.0"}}',
    'knip.json': '{"entry":["src/main.ts"],"project":["src/**/*.ts"]}',
    'src/main.ts': "import { a } from './a.ts'\na()\n",
    'src/a.ts': 'export const a = () => 1\n\nexport const b = 2\nexport type C = 3\n',
  }
  assert.deepEqual(wrongIn({ ...project, 'src/lost.ts': 'export const d = 1\n' }).sort(), [
    'package.json:1 dead: the dependency unused-package is used by nobody',
    'src/a.ts:3 dead: b is exported, and imported by nobody',
    'src/a.ts:4 dead: the type C is exported, and imported by nobody',
    'src/lost.ts:1 dead: is used by nobody',
  ])
})
