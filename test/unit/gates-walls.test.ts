import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Linter } from 'eslint'
import tseslint from 'typescript-eslint'
import { moduleState } from '../../scripts/lint/module-state.mjs'
import { walls } from '../../scripts/lint/walls.mjs'

const linter = new Linter({ cwd: '/house' })

/** What lint says of that text in that file. */
function said(file: string, code: string): string[] {
  const found = linter.verify(
    code,
    {
      files: ['**/*.ts'],
      languageOptions: { parser: tseslint.parser as Linter.Parser },
      plugins: { house: { rules: { walls: walls as never, moduleState: moduleState as never } } },
      rules: { 'house/walls': 'error', 'house/moduleState': 'error' },
    },
    { filename: `/house/${file}` },
  )
  return found.map(({ message }) => message)
}

const refused: [what: string, file: string, code: string, word: RegExp][] = [
  ['a dialect that opens a socket', 'src/dialect/x/mqtt/a.ts', "import { connect } from 'node:net'", /node:net/],
  ['a dialect that asks the system’s names', 'src/dialect/x/a.ts', "import os from 'node:os'", /node:os/],
  ['a dialect with a library of its own', 'src/dialect/x/a.ts', "import { Client } from 'aedes'", /package aedes/],
  ['a dialect that makes up an id', 'src/dialect/x/a.ts', "import { randomUUID } from 'node:crypto'", /randomUUID/],
  ['a dialect that takes all of a module', 'src/dialect/x/a.ts', "import * as all from 'node:crypto'", /\* as all/],
  ['a dialect that sees another', 'src/dialect/x/a.ts', "import { b } from '../y/b.ts'", /never imports another/],
  ['a contract that knows a cloud', 'src/dialect/dialect.ts', "import { b } from './x/b.ts'", /only the registry/],
  ['a dialect that sees the hub', 'src/dialect/x/a.ts', "export { hub } from '../../hub/hub.ts'", /its own folder/],
  ['a type of the hub in core', 'src/core/a.ts', "type A = import('../hub/hub.ts').Hub", /innermost/],
  ['a module that core loads later', 'src/core/a.ts', "void import('node:fs')", /innermost/],
  ['a room that nobody has named', 'src/core/a.ts', "import { n } from '../new-room/n.ts'", /innermost/],
  ['a server that knows a cloud', 'src/http/a.ts', "import { aws } from '../dialect/aws/index.ts'", /nor a cloud/],
  ['a hub that goes round the registry', 'src/hub/a.ts', "import { aws } from '../dialect/aws/index.ts'", /registry/],
  ['a page that reads files', 'webview/a.ts', "import { readFileSync } from 'node:fs'", /shared only/],
  ['a module that fills a map', 'src/dialect/x/a.ts', 'const seen = new Map()', /remembers nothing/],
  ['a module with a variable', 'src/core/a.ts', 'export let count = 0', /remembers nothing/],
  ['a module that collects', 'src/core/a.ts', 'const all: string[] = []', /remembers nothing/],
  ['a module that attaches to objects', 'src/core/a.ts', 'const of = new WeakMap([])', /remembers nothing/],
]

const accepted: [what: string, file: string, code: string][] = [
  [
    'its own folder, the contract and core',
    'src/dialect/x/a.ts',
    "import '../dialect.ts'; import './b.ts'; import '../../core/c.ts'",
  ],
  ['its own folder of another room’s name', 'src/dialect/x/index.ts', "import { front } from './http/front.ts'"],
  ['what computes', 'src/dialect/x/a.ts', "import { createHash, timingSafeEqual } from 'node:crypto'"],
  ['the registry, which names every cloud', 'src/dialect/registry.ts', "import { aws } from './aws/index.ts'"],
  [
    'tables of facts',
    'src/core/a.ts',
    "const A = new Set(['a']); const NONE: readonly string[] = []; const N: ReadonlySet<never> = new Set()",
  ],
  ['what a function remembers', 'src/core/a.ts', 'export function f() { const seen = new Map(); return seen }'],
  [
    'tests, which see everything',
    'test/unit/a.test.ts',
    "import { hub } from '../../src/hub/hub.ts'; const all = new Map()",
  ],
]

describe('import walls', () => {
  for (const [what, file, code, word] of refused)
    it(`refuse ${what}`, () => {
      const [first, ...more] = said(file, code).filter((message) => word.test(message))
      assert.ok(first !== undefined, said(file, code).join('\n') || 'nothing was said')
      assert.deepEqual(more, [])
    })
  for (const [what, file, code] of accepted)
    it(`let in ${what}`, () => {
      const about = file.startsWith('test/')
        ? said(file, code).filter((message) => !/remembers/.test(message))
        : said(file, code)
      assert.deepEqual(about, [])
    })
})
