import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { listenTo } from '../../src/hub/remote-events.ts'
import type { Change } from '../../src/shared/api.ts'
import { Mailbox } from '../builders/mailbox.ts'
import { within } from '../builders/within.ts'

const connections = new Mailbox<ServerResponse>()
const authorizations: (string | undefined)[] = []
let refuse = false
const server = createServer((request, response) => {
  authorizations.push(request.headers.authorization)
  if (refuse) return void response.writeHead(503).end()
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.flushHeaders()
  connections.put(response)
})
let url = ''

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
after(() => {
  server.closeAllConnections()
  server.close()
})

async function listen(attempts: number[]) {
  const changes = new Mailbox<Change>()
  const listening = await listenTo({ url, token: 'secret' }, (change) => changes.put(change), attempts)
  return { ...listening, changes, connection: await connections.take('a connection') }
}

test('changes are heard one by one, however the bytes are cut; heartbeats are not', async () => {
  const { changes, connection, ended, leave } = await listen([])
  assert.equal(authorizations.at(-1), 'Bearer secret')
  const bytes = Buffer.from(
    ': welcome\n\ndata: [{"type":"device","key":"x/é"},{"type":"notice"}]\n\n: still here\n\ndata: [{"type":"job","key":"x/j"}]\n\n',
  )
  for (const byte of bytes) connection.write(Buffer.from([byte]))
  assert.deepEqual(
    [await changes.take('1'), await changes.take('2'), await changes.take('3')],
    [{ type: 'device', key: 'x/é' }, { type: 'notice' }, { type: 'job', key: 'x/j' }],
  )
  leave()
  assert.equal(await ended, 'left')
})

test('who leaves has left, also after the garbage was collected', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const { ended, leave } = await listen([])
  for (let round = 0; round < 5; round += 1) {
    collect()
    await new Promise((resolve) => setImmediate(resolve))
  }
  leave()
  assert.equal(await within(ended, 'the end of listening'), 'left')
})

test('where the way is cut, a new one is found, and people are told that they may have missed something', async () => {
  const { changes, connection, ended, leave } = await listen([1, 1, 1])
  connection.destroy()
  const second = await connections.take('a second connection')
  assert.deepEqual(await changes.take('that there was a gap'), { type: 'clock' })
  second.write('data: [{"type":"notice"}]\n\n')
  assert.deepEqual(await changes.take('a change'), { type: 'notice' })
  leave()
  assert.equal(await ended, 'left')
})

test('a hub that says it stops is not looked for again', async () => {
  const { connection, ended } = await listen([1, 1, 1])
  connection.end('event: stop\ndata: {}\n\n')
  assert.equal(await ended, 'stopped')
})

test('a hub that may be run on by others says so', async () => {
  const { connection, ended } = await listen([1, 1, 1])
  connection.end('event: handover\ndata: {}\n\n')
  assert.equal(await ended, 'handedOver')
})

test('after the last attempt the hub is lost', async () => {
  const { connection, ended } = await listen([1, 1, 1])
  const before = authorizations.length
  refuse = true
  connection.destroy()
  assert.equal(await ended, 'lost')
  assert.equal(authorizations.length - before, 3)
  await assert.rejects(
    listenTo({ url, token: 'secret' }, () => {}),
    /answered with 503/,
  )
  refuse = false
})
