import assert from 'node:assert/strict'
import type { Checks } from './dialect.suite.ts'
import { acrossRestart, type HubFixture } from './hub-fixture.ts'
import { connectSession, type ScriptedDevice } from './scripted-device.ts'

/** Longer than any cloud lets a request wait for a device; milliseconds. */
const LONG = 10 * 60_000

/** Messages that wait for somebody. */
export const messages: Checks = {
  keptMessages: ({ strict }) =>
    acrossRestart(
      strict,
      async (hub) => {
        const [to, from] = [await hub.play(), await hub.play()]
        await to.connects({ clean: false })
        const { filters } = hub.examples.mail!(from.name, to.name, 0)
        if (filters.length > 0) await to.client.subscribe(...filters)
        await to.leaves()
        await hub.until(
          `${to.key} to be away`,
          () => hub.api.device(to.key),
          ({ online }) => !online,
        )
        await send(hub, from, to, 1)
        await send(hub, from, to, 2)
        return { to, from }
      },
      async (hub, { to, from }) => {
        await send(hub, from, to, 3)
        const client = await connectSession(hub.place, to.kit.session, { clean: false })
        assert.equal(client.sessionPresent, true)
        const letters: string[] = []
        for (let n = 1; n <= 3; n += 1)
          letters.push((await client.inbox.take(`mail ${n}`, ({ text }) => text.includes('mail '))).text)
        assert.deepEqual(
          letters.map((text) => /mail \d/.exec(text)?.[0]),
          ['mail 1', 'mail 2', 'mail 3'],
        )
        await client.end()
      },
    ),

  foreignSession: async ({ strict }) => {
    const [victim, from, thief] = [await strict.play(), await strict.play(), await strict.play()]
    await victim.connects({ clean: false })
    const filters = strict.examples.mail?.(from.name, victim.name, 0).filters ?? []
    if (filters.length > 0) await victim.client.subscribe(...filters)
    await intrude(strict, thief, victim, 'while it is there')
    await victim.settle()
    await victim.leaves()
    await strict.until(
      `${victim.key} to be away`,
      () => strict.api.device(victim.key),
      ({ online }) => !online,
    )
    if (strict.examples.mail !== undefined) await send(strict, from, victim, 1)
    await intrude(strict, thief, victim, 'while it is away')
    await victim.connects({ clean: false })
    if (strict.examples.mail !== undefined)
      assert.match((await victim.client.inbox.take('mail 1', ({ text }) => text.includes('mail '))).text, /mail 1/)
    await Promise.all([victim, from, thief].map((scripted) => scripted.leaves()))
  },

  retained: async ({ strict }) => {
    const device = await strict.play()
    const { message, filter } = strict.examples.retained!(device.name)
    await device.publish(message)
    await device.leaves()
    await device.connects()
    await device.client.subscribe(filter)
    const { text, retain } = await device.client.inbox.take(
      'the retained message',
      ({ topic }) => topic === message.topic,
    )
    assert.deepEqual({ text, retain }, { text: String(message.payload), retain: true })
    await device.leaves()
  },

  waitingRequest: async ({ strict }) => {
    const device = await strict.play()
    await device.settle()
    device.client.inbox.clear()
    const answer = strict.call(strict.examples.waiting!(device.name))
    await device.client.inbox.take('the question')
    await strict.api.advance(LONG)
    assert.ok((await answer).status > 0)
    await strict.servesOthers()
    await device.leaves()
  },
}

/**
 * `thief` tries the client id of `victim`, with credentials of its own. It may be let in; it must not have come into
 * anything.
 */
async function intrude(hub: HubFixture, thief: ScriptedDevice, victim: ScriptedDevice, when: string): Promise<void> {
  const { clientId } = victim.kit.session
  const client = await connectSession(hub.place, { ...thief.kit.session, clientId }, { clean: false }).catch(
    (error: Error) => {
      assert.doesNotMatch(error.message, /^waited/)
    },
  )
  if (client === undefined) return
  await client.unsubscribe('nothing')
  assert.deepEqual(
    client.inbox.rest.filter(({ text }) => text.includes('mail ')),
    [],
    when,
  )
  await client.end()
}

async function send(
  hub: HubFixture,
  from: Pick<ScriptedDevice, 'name'> & Partial<ScriptedDevice>,
  to: Pick<ScriptedDevice, 'name'>,
  n: number,
): Promise<void> {
  const { send: letter } = hub.examples.mail!(from.name, to.name, n)
  if ('method' in letter) return hub.must(letter)
  const client = await connectSession(hub.place, from.kit!.session)
  await client.publish(
    letter.topic,
    typeof letter.payload === 'string' ? letter.payload : Buffer.from(letter.payload),
    letter.qos,
  )
  await client.end()
}
