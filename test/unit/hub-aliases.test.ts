import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HubError } from '../../src/core/errors.ts'
import { listenerFor, openAliases, type Alias } from '../../src/hub/bind.ts'
import { textOf, type Words } from '../../src/core/said.ts'

const own = { mqtt: 1883, mqtts: 8883, http: 3000, https: 8443 }
const insists = (port: number, open: (port: number) => unknown): Alias => ({
  port,
  because: [`samples dial ${port}`],
  open: async () => open(port),
})

const failed = (text: Words): void => assert.fail(textOf(text))

test('a port on which the hub’s own listener speaks that already is left alone', async () => {
  const never = (): never => assert.fail('opened twice')
  await openAliases([{ ...insists(3000, never), kinds: new Set(['http']) }], own, failed)
  await openAliases([{ ...insists(8883, never), kinds: new Set(['tls', 'https']) }], own, failed)
})

test('a port that is there for something else is told, and not opened', async () => {
  const notes: string[] = []
  const never = (): never => assert.fail('opened twice')
  const opened = await openAliases(
    [
      { ...insists(443, () => {}), kinds: new Set(['tls']) },
      insists(443, never),
      insists(1883, never),
      { ...insists(3000, never), kinds: new Set(['https']) },
    ],
    own,
    (text) => notes.push(textOf(text)),
  )
  assert.deepEqual(opened, [443])
  assert.deepEqual(
    notes,
    [443, 1883, 3000].map((port) => `port ${port} is there for something else; samples dial ${port}`),
  )
})

test('one listener is found for all that is to be spoken on a port', () => {
  const of = (...kinds: Parameters<typeof listenerFor>[0] extends ReadonlySet<infer K> ? K[] : never): string =>
    listenerFor(new Set(kinds))
  assert.deepEqual(
    [of('http'), of('https'), of('mqtt'), of('mqtts'), of('tls')],
    ['http', 'https', 'mqtt', 'mqtts', 'mqtts'],
  )
  assert.deepEqual([of('tls', 'https'), of('mqtts', 'https')], ['mqtts', 'mqtts'])
  assert.deepEqual([of('mqtt', 'mqtts'), of('http', 'https'), of('mqtt', 'http')], ['any', 'any', 'any'])
})

test('a port that cannot be had is told, with who insists on it, and the others are opened', async () => {
  const opened: number[] = []
  const notes: string[] = []
  const taken = (): never => {
    throw new HubError('CONFLICT', 'taken by another')
  }
  const told = await openAliases([insists(443, taken), insists(8080, (port) => opened.push(port))], own, (text) =>
    notes.push(textOf(text)),
  )
  assert.deepEqual(opened, [8080])
  assert.deepEqual(told, opened)
  assert.deepEqual(notes, ['port 443 could not be opened, it is taken; samples dial 443'])
})
