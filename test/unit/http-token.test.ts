import assert from 'node:assert/strict'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { HubError } from '../../src/core/errors.ts'
import { bearsToken, loadToken } from '../../src/http/token.ts'
import { textOf } from '../../src/core/said.ts'

describe('the API token', () => {
  let folder = ''
  let path = ''
  let notices: string[] = []
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'token-'))
  })
  beforeEach(async () => {
    path = join(await mkdtemp(join(folder, 'case-')), 'hub', 'token')
    notices = []
  })
  after(() => rm(folder, { recursive: true }))
  const load = (): Promise<string> => loadToken(path, (text) => void notices.push(textOf(text)))
  const mode = async (): Promise<number> => (await stat(path)).mode & 0o777

  it('is 32 random bytes in a file for its owner only', async () => {
    const token = await load()
    assert.match(token, /^[A-Za-z0-9_-]{43}$/)
    assert.equal((await readFile(path, 'utf8')).trim(), token)
    assert.deepEqual(await readdir(join(path, '..')), ['token'])
    if (process.platform !== 'win32') assert.equal(await mode(), 0o600)
  })

  it('is the same at the next start', async () => {
    assert.equal(await load(), await load())
    assert.deepEqual(notices, [])
  })

  it('may be chosen by the user', async () => {
    await load()
    await writeFile(path, '  my-own.token~of/length+\n')
    assert.equal(await load(), 'my-own.token~of/length+')
  })

  it('is made anew where a crash has left the file empty', async () => {
    await load()
    await writeFile(path, '\n')
    assert.match(await load(), /^[A-Za-z0-9_-]{43}$/)
  })

  it('is refused, not replaced, where the file holds something else', async () => {
    await load()
    for (const content of ['short', 'with blanks in the middle of it', '{"not":"a token, surely"}']) {
      await writeFile(path, content)
      await assert.rejects(
        load(),
        (error) => error instanceof HubError && error.code === 'INVALID' && error.data.field === 'token',
      )
      assert.equal(await readFile(path, 'utf8'), content)
    }
  })

  // Windows has no file modes.
  if (process.platform !== 'win32') {
    it('is taken away from other users, with a notice', async () => {
      const token = await load()
      await chmod(path, 0o644)
      assert.equal(await load(), token)
      assert.equal(await mode(), 0o600)
      assert.equal(notices.length, 1)
      assert.ok(notices[0]?.startsWith(path))
    })
  }
})

describe('an Authorization header', () => {
  for (const [header, expected] of [
    ['Bearer s3cret', true],
    ['bearer  s3cret ', true],
    ['Bearer s3cretx', false],
    ['Bearer s3cre', false],
    ['Bearer ', false],
    ['Bearer', false],
    ['Basic s3cret', false],
    ['s3cret', false],
    ['Bearer s3cret s3cret', false],
    ['', false],
    [undefined, false],
  ] as const) {
    it(`${JSON.stringify(header)} ${expected ? 'carries' : 'does not carry'} the token`, () =>
      assert.equal(bearsToken(header, 's3cret'), expected))
  }
})
