import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ExampleRequest } from '../../../src/dialect/examples.ts'
import type { Change } from '../../../src/shared/api.ts'
import { useToyland } from './toyland.ts'

const land = useToyland()

const call = (Action: string, body: object): ExampleRequest => ({
  method: 'POST',
  path: '/',
  headers: { 'x-toyland': 'any' },
  query: { Action },
  body,
})

test('a part of a device is shown below it, and is in no list and no count unless it is asked for', async () => {
  const { hub } = land
  const { api } = hub
  const toy = await hub.enrol()
  const before = await api.status()
  const changes: Change[] = []
  const off = hub.place.hub.events.on((change) => changes.push(change))
  for (const Part of ['eye-2', 'eye-1']) await hub.must(call('AddPart', { Name: toy.name, Part, Kind: 'module' }))
  off()
  assert.ok(changes.some((change) => change.type === 'device' && change.key === toy.key))
  const { devices, online } = await api.status()
  assert.deepEqual([devices, online], [before.devices, before.online])
  const names = async (query: Parameters<typeof api.devices>[0]): Promise<string[]> =>
    (await api.devices({ dialect: 'toy', ...query })).items.map(({ name }) => name)
  assert.deepEqual(await names({}), [toy.name])
  assert.deepEqual(await names({ parent: toy.key }), ['eye-1', 'eye-2'])
  assert.deepEqual(await names({ parent: toy.key, limit: 1, after: 'toy/eye-1' }), ['eye-2'])
  assert.deepEqual(await names({ parts: true }), [toy.name, 'eye-1', 'eye-2'])
  assert.equal((await api.device(toy.key)).parts, 2)
  const { parent, kind } = await api.device('toy/eye-1')
  assert.deepEqual([parent, kind], [toy.key, 'module'])
  await assert.rejects(api.devices({ parent: 'toy/nobody' }), { code: 'NOT_FOUND' })
})

test('a part is a device of its own: it comes in, and is given work', async () => {
  const { hub } = land
  const { name } = await hub.enrol()
  await hub.must(call('AddPart', { Name: name, Part: 'ear', Kind: 'module' }))
  const before = (await hub.api.status()).online
  const kit = await hub.api.connectionKit('toy/ear')
  const ear = await hub.connect({ name: 'ear', key: 'toy/ear', kit })
  const job = await hub.createJob([ear])
  await ear.report(await ear.offer(), 'SUCCEEDED', 100)
  await hub.reaches(job, ear, 'SUCCEEDED')
  assert.equal((await hub.api.status()).online, before)
  await ear.leaves()
})

test('whether parts go with their device is for its cloud to say: those of toys do', async () => {
  const { hub } = land
  const toy = await hub.enrol()
  await hub.must(call('AddPart', { Name: toy.name, Part: 'nose', Kind: 'module' }))
  await hub.api.removeDevice(toy.key)
  await assert.rejects(hub.api.device('toy/nose'), { code: 'NOT_FOUND' })
  const refused = await hub.read(await hub.call(call('AddPart', { Name: toy.name, Part: 'nose', Kind: 'module' })))
  assert.equal(refused.status, 404)
})
