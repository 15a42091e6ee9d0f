import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { afterEach, test } from 'node:test'
import { LoopBudget, type Lane, type Waiter } from '../../src/net/loop-budget.ts'
import { eventually, within } from '../builders/within.ts'
import { BrokerFixture } from './broker-fixture.ts'

/** No time for those who leave until `open` is called. */
class Gate extends LoopBudget {
  readonly held: Waiter[] = []
  #closed = false

  override mayGo(waiter: Waiter, lane?: Lane): boolean {
    if (lane !== 'door' || !this.#closed) return true
    this.held.push(waiter)
    return false
  }

  /** Resolves once so many wait to leave. */
  async holds(count: number): Promise<void> {
    const look = async (): Promise<number> => new Promise((resolve) => setImmediate(() => resolve(this.held.length)))
    await eventually('those who leave', look, (held) => held === count)
  }

  close(): void {
    this.#closed = true
  }

  open(): void {
    this.#closed = false
    for (const waiter of this.held.splice(0)) waiter.resume()
  }
}

let fixture: BrokerFixture
afterEach(() => fixture.stop())

const ends = (): string[] => fixture.log.filter((line) => line.includes('disconnected')).sort()

test('clients that drop at once are ended as there is time, and others are served meanwhile', async () => {
  const budget = new Gate()
  fixture = await new BrokerFixture().start({ budget })
  const clientIds = ['leaving', 'broken', 'staying']
  const [leaving, broken, staying] = await Promise.all(clientIds.map((clientId) => fixture.client(clientId)))
  budget.close()
  leaving!.stream.end()
  ;(broken!.stream as Socket).resetAndDestroy()
  await budget.holds(2)
  assert.deepEqual(ends(), [])
  staying!.send({ cmd: 'pingreq' })
  await within(staying!.next('pingresp'), 'a PINGRESP')
  assert.deepEqual(ends(), [])
  budget.open()
  await Promise.all(['leaving', 'broken'].map((clientId) => fixture.told(`${clientId} disconnected`)))
  assert.deepEqual(ends(), ['broken disconnected CONNECTION_LOST', 'leaving disconnected CONNECTION_LOST'])
})

test('a client that waits to be ended can be ended by the hub, and is so once', async () => {
  const budget = new Gate()
  fixture = await new BrokerFixture().start({ budget })
  const client = await fixture.client('broken')
  const { id } = fixture.connection('broken')
  budget.close()
  ;(client.stream as Socket).resetAndDestroy()
  await budget.holds(1)
  assert.equal(fixture.broker.disconnect(id, 'SERVER_INITIATED', 'test'), true)
  await fixture.told('broken disconnected')
  budget.open()
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(ends(), ['broken disconnected SERVER_INITIATED'])
})
