import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useToyland } from './toyland.ts'

const land = useToyland()

test('what a cloud offers to do with a device is listed, asks for its input, and is done', async () => {
  const { hub } = land
  const toy = await hub.play()
  const { actions } = (await hub.api.dialects()).find(({ name }) => name === 'toy')!
  assert.deepEqual(
    actions.map(({ id, input }) => [id, input.map(({ name }) => name)]),
    [['mail', ['text']]],
  )
  assert.equal(await hub.api.act(toy.key, 'mail', { text: 'Dear bear' }), 'The letter is on its way.')
  const { text } = await toy.client.inbox.take('the letter', ({ topic }) => topic.includes('/mail/'))
  assert.equal(text, 'Dear bear')
  await assert.rejects(hub.api.act(toy.key, 'dance', {}), { code: 'NOT_FOUND' })
  await assert.rejects(hub.api.act(toy.key, 'mail', { tune: 'x' }), { code: 'INVALID' })
  await toy.leaves()
})
