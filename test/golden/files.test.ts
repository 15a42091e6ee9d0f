import { test } from 'node:test'
import { join } from 'node:path'
import { HubError } from '../../src/core/errors.ts'
import type { ObjectPart, ObjectRef, StoredObject } from '../../src/core/seam/needs.ts'
import type { Dialect, Route } from '../../src/dialect/dialect.ts'
import { iothubCourse } from '../../src/dialect/iothub-course/index.ts'
import { Conversation } from '../builders/conversation.ts'

const FIRMWARE: ObjectRef = { bucket: 'fw', key: 'v2.bin' }
const LOG: ObjectRef = { bucket: 'logs', key: 'today.log' }

const put: Route = {
  operation: 'PutFile',
  method: 'PUT',
  path: '/files/:name',
  authorize: (_ctx, _request, { name }) => {
    if (name === 'secret') throw new HubError('FORBIDDEN', 'not you')
  },
  upload: (_ctx, _request, { name = '' }) => ({ ref: { bucket: 'uploads', key: name }, maxBytes: 10 }),
  handle: (_ctx, { body }, _params, [stored]) => ({
    status: 201,
    body: `${(stored as StoredObject).size} bytes, of which the decision sees ${body.length}`,
  }),
}
const get: Route = {
  operation: 'GetFile',
  method: 'GET',
  path: '/files/:name',
  handle: (_ctx, _request, { name = '' }) => ({ status: 200, body: { ref: { bucket: 'uploads', key: name } } }),
}

/** `read/<offset>` gets four bytes of the firmware after a zero byte, `write/<offset>` stores its payload. */
const toy: Dialect = {
  ...iothubCourse,
  mqtt: {
    recognize: () => 'marker',
    wanted: () => 'anything',
    credential: () => ({ given: false, why: 'nobody has any' }),
    authenticate: () => ({ accept: true, identity: { principal: 'anybody' } }),
    authorizeSubscribe: () => ({ grant: 1 }),
    onPublish: (_ctx, _connection, { topic, payload }) => {
      const [verb, offset] = [topic.split('/')[0], Number(topic.split('/')[1])]
      if (verb === 'read')
        return { route: 'fetch', needs: [{ type: 'object', ref: FIRMWARE, range: { offset, length: 4 } }] }
      return verb === 'write'
        ? { route: 'fetch', needs: [{ type: 'store', ref: LOG, bytes: payload, offset }] }
        : { route: 'consume' }
    },
    onFulfilled: (ctx, { id }, { topic }, [found]) => {
      const part = found as ObjectPart | Error
      const payload =
        part instanceof Error
          ? part.message
          : Buffer.concat([Buffer.of(0), part.content ?? Buffer.from(`${part.size} bytes`)])
      ctx.send(id, { topic: `${topic}/reply`, payload, qos: 0 }, 'file')
      return { route: 'consume' }
    },
  },
  http: {
    ...iothubCourse.http,
    claim: () => 'marker',
    routes: [put, get],
    failure: (error) => ({ status: 400, body: String(error) }),
  },
}

test('a device reads and writes files, over MQTT and HTTP', async () => {
  const talk = new Conversation(toy)
  talk.hub.files.put(FIRMWARE, '0123456789')
  await talk.connect('device', { clientId: 'device' })
  for (const offset of [0, 8, 99]) await talk.publish('device', `read/${offset}`)
  await talk.publish('device', 'write/0', 'one ')
  await talk.publish('device', 'write/4', Buffer.of(1, 2, 255))
  await talk.publish('device', 'write/9', 'too far')
  await talk.http('device', 'PUT', '/files/a', Buffer.from('content'))
  await talk.http('device', 'GET', '/files/a')
  await talk.http('device', 'PUT', '/files/a', Buffer.from('much content'))
  await talk.http('device', 'PUT', '/files/secret', Buffer.from('content'))
  await talk.http('device', 'GET', '/files/secret')
  talk.matches(join(import.meta.dirname, 'files.txt'))
})
