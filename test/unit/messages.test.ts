import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import { messagesIn } from '../../scripts/messages.ts'

/** What the gate sees of a part of the hub that is written like that. */
function seen(t: TestContext, code: string): { templates: string[]; unsayable: string[] } {
  const directory = mkdtempSync(join(tmpdir(), 'messages-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'part.ts')
  const from = (path: string) => JSON.stringify(resolve('src', path))
  const imports = [
    `import { asSaid, say, verbatim, type Words } from ${from('core/said.ts')}`,
    `import type { Notices } from ${from('hub/notices.ts')}`,
    `import type { Context } from ${from('dialect/dialect.ts')}`,
  ]
  writeFileSync(
    file,
    [...imports, 'export function part(ctx: Context, notices: Notices, name: string): void {', code, '}'].join('\n'),
  )
  const { templates, unsayable } = messagesIn([file])
  return { templates, unsayable: unsayable.map(({ text }) => text) }
}

test('the texts of a notice, and what dialects warn of, are to be translated', (t) => {
  const { templates, unsayable } = seen(
    t,
    `
    notices.add({ kind: 'warning', code: 'hub', text: 'a planted text', cause: say\`a cause of \${name}\`, cure: 'a cure' })
    ctx.warn(name, say\`a warning about \${name}\`)
    ctx.ignored('something ignored')
    const verdict: { reason: Words } = { reason: 'a reason' }
    void verdict`,
  )
  assert.deepEqual(unsayable, [])
  assert.deepEqual(templates.sort(), [
    'a cause of {0}',
    'a cure',
    'a planted text',
    'a reason',
    'a warning about {0}',
    'something ignored',
  ])
})

test('a notice that is made up in a way that cannot be translated is found', (t) => {
  const { unsayable } = seen(
    t,
    `
    const why = name === '' ? 'it has no name' : 'its name is wrong'
    const reason: Words = name === '' ? 'a reason' : say\`a reason of \${name}\`
    notices.add({ kind: 'warning', code: 'hub', text: \`about \${name}\`, cause: 'be' + 'cause', cure: name })
    ctx.warn(name, say\`refused: \${why}\`)
    ctx.warn(name, say\`refused: \${reason}\`)
    ctx.warn(name, say\`refused: \${asSaid(why)}, \${asSaid(reason)}, \${verbatim(name)}\`)
    const tell = (text: Words): void => notices.add({ kind: 'warning', code: 'hub', text })
    const teller: { tell(text: string): void } = { tell }
    void teller`,
  )
  assert.deepEqual(unsayable, ['`about ${name}`', "'be' + 'cause'", 'name', 'why', 'reason', 'tell'])
})
