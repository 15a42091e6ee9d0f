import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HubError } from '../../src/core/errors.ts'
import { openAliases } from '../../src/hub/bind.ts'
import type { Dialect, HardPort } from '../../src/dialect/dialect.ts'

const own = { mqtt: 1883, mqtts: 8883, http: 3000, https: 8443 }
const cloud = (...ports: HardPort[]): Dialect => ({ ports }) as unknown as Dialect
const insists = (port: number, listener: HardPort['listener']): HardPort => ({ port, listener, because: `samples dial ${port}` })

test('every port that a cloud insists on is opened once, as the listener it stands in for', async () => {
  const opened: [string, number][] = []
  await openAliases([cloud(insists(443, 'tls'), insists(5671, 'tls')), cloud(insists(443, 'https')), cloud()], own, async (listener, port) => opened.push([listener, port]), assert.fail)
  assert.deepEqual(opened, [['tls', 443], ['tls', 5671]])
})

test('a port that the hub listens on anyway is left alone', async () => {
  await openAliases([cloud(insists(3000, 'http'))], own, () => assert.fail('opened twice'), assert.fail)
})

test('a port that cannot be had is told, with who insists on it, and the others are opened', async () => {
  const opened: number[] = []
  const notes: string[] = []
  const listen = async (_: string, port: number): Promise<unknown> => (port === 443 ? Promise.reject(new HubError('CONFLICT', 'taken by another')) : opened.push(port))
  await openAliases([cloud(insists(443, 'tls'), insists(8080, 'http'))], own, listen, (text) => notes.push(text))
  assert.deepEqual(opened, [8080])
  assert.deepEqual(notes, ['port 443 could not be opened, it is taken; samples dial 443'])
})
