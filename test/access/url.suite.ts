import assert from 'node:assert/strict'
import { test } from 'node:test'
import { report } from './report.ts'
import type { AccessFixture } from './hub-fixture.ts'

/** Changes to a presigned URL that make it another one, each refused. */
const changes: [what: string, change: (url: URL) => void][] = [
  ['for another object', (url) => (url.pathname = url.pathname.replace('one.bin', 'two.bin'))],
  ['for longer', (url) => url.searchParams.set('X-Amz-Expires', '604800')],
  ['of another day', (url) => url.searchParams.set('X-Amz-Date', '20990101T000000Z')],
  ['with another signature', (url) => url.searchParams.set('X-Amz-Signature', '0'.repeat(64))],
  ['with no signature', (url) => url.searchParams.set('X-Amz-Signature', '')],
]

/** A presigned URL needs nothing besides, wherever its holder is; changed, it is none. */
export function urlMatrix(fixture: () => AccessFixture): void {
  const ask = ({ ask: send }: AccessFixture, method: string, url: URL, headers: Record<string, string> = {}) =>
    send({ method, path: `${url.pathname}${url.search}`, headers })

  test('presigned URL: who holds it, and who has changed it', async (t) => {
    const { presigned } = fixture()
    const cells: string[] = []
    assert.deepEqual((await ask(fixture(), 'GET', presigned)).body, 'firmware one')
    // It was signed for GET.
    assert.equal((await ask(fixture(), 'HEAD', presigned)).status, 403)
    cells.push('in', 'refused')
    for (const [what, change] of changes) {
      const url = new URL(presigned)
      change(url)
      for (const headers of [{}, { authorization: `Bearer ${fixture().token}` }]) {
        const { status, body } = await ask(fixture(), 'GET', url, headers)
        assert.ok(status === 403 && body.includes('<Code>') && !body.includes('firmware'), `${what}: ${status} ${body}`)
        cells.push('refused')
      }
    }
    assert.equal((await ask(fixture(), 'GET', presigned, { host: 'evil.example' })).status, 403)
    assert.equal((await ask(fixture(), 'GET', presigned, { origin: 'https://evil.example' })).status, 403)
    report(t, [...cells, 'refused', 'refused'])
  })
}
