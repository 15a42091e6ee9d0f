import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HubError } from '../../src/core/errors.ts'
import { openAliases, type Alias } from '../../src/hub/bind.ts'
import { textOf, type Words } from '../../src/core/said.ts'

const own = { mqtt: 1883, mqtts: 8883, http: 3000, https: 8443 }
const insists = (port: number, open: (port: number) => unknown): Alias => ({
  port,
  because: `samples dial ${port}`,
  open: async () => open(port),
})

const failed = (text: Words): void => assert.fail(textOf(text))

test('every port that clients insist on is opened once, whoever insists', async () => {
  const opened: number[] = []
  const open = (port: number): unknown => opened.push(port)
  const told = await openAliases([insists(443, open), insists(5671, open), insists(443, open)], own, failed)
  assert.deepEqual(opened, [443, 5671])
  assert.deepEqual(told, opened)
})

test('a port that the hub listens on anyway is left alone', async () => {
  await openAliases([insists(3000, () => assert.fail('opened twice'))], own, failed)
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
