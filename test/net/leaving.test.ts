import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { answerAndClose } from '../../src/net/answer-and-close.ts'
import { LoopBudget } from '../../src/net/loop-budget.ts'
import { paceEnd } from '../../src/net/paced-ends.ts'
import { within } from '../builders/within.ts'

/** Two ends of a connection; the server’s stays open after the client’s last word, as Node’s for HTTP does. */
async function connected(t: TestContext): Promise<{ client: Socket; server: Socket }> {
  const listener = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const client = connect((listener.address() as AddressInfo).port, '127.0.0.1')
  client.on('error', () => {})
  const [server] = (await once(listener, 'connection')) as [Socket]
  server.on('error', () => {})
  t.after(() => {
    client.destroy()
    server.destroy()
    listener.close()
  })
  return { client, server }
}

describe('a connection whose client leaves', () => {
  it('is closed when it breaks after the client has said its last word', async (t) => {
    const { client, server } = await connected(t)
    paceEnd(server, new LoopBudget())
    const closed = new Promise((resolve) => server.once('close', resolve))
    server.resume()
    client.end()
    await within(once(server, 'end'), 'the last word to be heard')
    client.resetAndDestroy()
    await once(client, 'close')
    // The first write finds the connection broken, or the second does.
    server.write('an answer')
    setImmediate(() => server.write('and more'))
    await within(closed, 'the broken connection to be closed')
  })

  it('is closed after an answer although what the client has said is not read', { timeout: 10_000 }, async (t) => {
    const { client, server } = await connected(t)
    client.end('POST / HTTP/1.1\r\n\r\nmore that nobody wants')
    client.resume()
    await once(server, 'readable')
    // At once, and not when its time is up.
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const closed = once(server, 'close')
    answerAndClose(server, '400 Bad Request', 'no')
    await closed
  })

  it('is closed a while after an answer although the client keeps its side open', async (t) => {
    const { client, server } = await connected(t)
    const answered = once(client, 'data')
    t.mock.timers.enable({ apis: ['setTimeout'] })
    answerAndClose(server, '400 Bad Request', 'no')
    const [bytes] = (await answered) as [Buffer]
    assert.match(String(bytes), /^HTTP\/1\.1 400 Bad Request\r\n.*\r\n\r\nno$/s)
    assert.equal(server.destroyed, false)
    t.mock.timers.tick(2_000)
    assert.equal(server.destroyed, true)
  })
})
