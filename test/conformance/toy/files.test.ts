import assert from 'node:assert/strict'
import { mkdir, readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import type { ConnectionKitView } from '../../../src/shared/api.ts'
import { putElsewhere } from '../../builders/elsewhere.ts'
import { startHub, type TestHub } from '../../builders/hub.ts'
import { within } from '../../builders/within.ts'
import { connectSession } from '../scripted-device.ts'
import { toy } from './index.ts'

const MB = 1024 * 1024

let place: TestHub
let kit: ConnectionKitView

before(async () => {
  place = await startHub({ mode: 'strict' }, { dialects: [toy] })
  await mkdir(join(place.folder, 'buckets', 'toyland'))
  kit = await place.hub.api.addDevice('toy', 'bear-1')
})
after(() => place.stop())

const at = (path: string, hub = place): string => `http://localhost:${hub.endpoints.http}${path}`

async function act(Action: string, body: object, hub = place): Promise<Record<string, string>> {
  const response = await fetch(at(`/?Action=${Action}`, hub), {
    method: 'POST',
    headers: { 'x-toyland': 'any' },
    body: JSON.stringify(body),
  })
  return (await response.json()) as Record<string, string>
}

function formOf(fields: Record<string, string>, file?: string): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  if (file !== undefined) form.append('file', new Blob([file]), 'song.bin')
  return form
}

const post = (form: FormData, hub = place): Promise<Response> =>
  fetch(at('/toyland/jukebox', hub), { method: 'POST', body: form, headers: { connection: 'close' } })

test('a file that a record names is played by the piece, wherever the record says that it is', async () => {
  const put = (content: string) => fetch(at('/toyland/songs/lullaby'), { method: 'PUT', body: content })
  assert.equal((await put('hush little baby')).status, 201)
  const play = (more: object) => act('PlaySong', { Song: 'lullaby', ...more })
  const heard = async (more: object): Promise<string> =>
    Buffer.from((await play(more))['Sound'] ?? '', 'base64').toString()
  assert.equal(await heard({ Offset: 5, Length: 6 }), 'little')
  assert.equal((await put('sleep')).status, 201)
  assert.equal(await heard({}), 'sleep')
  assert.equal((await act('PlaySong', { Song: 'none' }))['Code'], 'NOT_FOUND')
})

test('a form brings its file where its fields say, for who has the ticket that they show', async () => {
  const { Ticket = '' } = await act('MakeTicket', { Song: 'march' })
  for (const [fields, file] of [
    [{ song: 'march', ticket: 'none' }, 'stolen'],
    [{ song: 'other', ticket: Ticket }, 'stolen'],
    [{}, 'stolen'],
    [{ song: 'march', ticket: Ticket }, undefined],
  ] as [Record<string, string>, string | undefined][]) {
    const refused = await post(formOf(fields, file))
    assert.ok(refused.status === 403 || refused.status === 400, JSON.stringify(fields))
  }
  const answer = await post(formOf({ song: 'march', ticket: Ticket }, 'left, right'))
  const { size, ref } = (await answer.json()) as { size: number; ref: { key: string } }
  assert.deepEqual([answer.status, size], [201, 11])
  assert.equal(await readFile(join(place.folder, 'buckets', 'toyland', ref.key), 'utf8'), 'left, right')
  assert.equal((await post(formOf({ song: 'march', ticket: Ticket }, 'again'))).status, 403)
  assert.equal((await act('GetSong', { Song: 'march' }))['Size'], 11)
})

test('a file of a form is never in memory as a whole, however large', async () => {
  const { Ticket = '' } = await act('MakeTicket', { Song: 'opera' })
  const piece = Buffer.alloc(MB, 'x')
  const head = (text: string): string => `--b\r\nContent-Disposition: form-data; name=${text}\r\n\r\n`
  let most = 0
  function* form(): Generator<Buffer | string> {
    yield `${head('"song"')}opera\r\n${head('"ticket"')}${Ticket}\r\n${head('"file"; filename="o"')}`
    for (let n = 0; n < 192; n += 1) {
      most = Math.max(most, process.memoryUsage().arrayBuffers)
      yield piece
    }
    yield '\r\n--b--\r\n'
  }
  const status = await within(
    new Promise<number | undefined>((resolve, reject) => {
      const headers = { 'content-type': 'multipart/form-data; boundary=b' }
      const sent = request(at('/toyland/jukebox'), { method: 'POST', headers }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode))
      }).on('error', reject)
      Readable.from(form()).pipe(sent)
    }),
    'the opera',
    60_000,
  )
  assert.equal(status, 201)
  assert.equal((await act('GetSong', { Song: 'opera' }))['Size'], 192 * MB)
  assert.ok(most < 96 * MB, `${Math.round(most / MB)} MB were in memory`)
})

test('a toy hears a song by the piece, and keeps its diary a piece at a time', async () => {
  await fetch(at('/toyland/songs/waltz'), { method: 'PUT', body: `${'one two three '.repeat(100)}end` })
  const client = await connectSession(place, kit.session)
  await client.publish('toy/-/song/waltz/1024', '')
  const { text } = await client.inbox.take('the end', ({ topic }) => topic === 'toy/bear-1/sound/waltz/1024')
  assert.equal(text, `${'one two three '.repeat(100)}end`.slice(1024))
  await client.publish('toy/bear-1/diary/0', 'I woke up. ')
  await client.inbox.take('a first entry', ({ topic }) => topic === 'toy/bear-1/kept/11')
  await client.publish('toy/bear-1/diary/11', 'I slept.')
  await client.inbox.take('a second entry', ({ topic }) => topic === 'toy/bear-1/kept/19')
  const before = (await place.hub.api.notices()).length
  await client.publish('toy/bear-1/diary/500', 'I dreamt.')
  await client.publish('toy/bear-1/song/none/0', '')
  await client.unsubscribe('nothing')
  assert.equal((await place.hub.api.notices()).length, before + 2)
  assert.equal(
    await readFile(join(place.folder, 'buckets', 'toyland', 'diaries', 'bear-1'), 'utf8'),
    'I woke up. I slept.',
  )
  await client.end()
})

test('from elsewhere a form is let in by the ticket in its fields alone', async () => {
  const far = await startHub({ mode: 'strict' }, { dialects: [toy] })
  try {
    const [{ value: key = '' } = {}] = await far.hub.api.keys()
    putElsewhere(far.endpoints)
    const ask = (path: string, more: RequestInit): Promise<Response> =>
      fetch(at(path, far), { ...more, headers: { 'x-toyland': key } })
    assert.equal((await post(formOf({ song: 'far', ticket: 'none' }, 'x'), far)).status, 401)
    assert.equal((await fetch(at('/toyland/songs/far', far), { method: 'PUT', body: 'x' })).status, 401)
    const made = await ask('/?Action=MakeTicket', { method: 'POST', body: '{"Song":"far"}' })
    const { Ticket = '' } = (await made.json()) as Record<string, string>
    assert.equal((await post(formOf({ song: 'far', ticket: Ticket }, 'x'), far)).status, 201)
  } finally {
    await far.stop()
  }
})
