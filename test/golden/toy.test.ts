import { join } from 'node:path'
import { test } from 'node:test'
import { Conversation } from '../builders/conversation.ts'
import { post } from '../conformance/toy/commands/mail.ts'
import { toy } from '../conformance/toy/index.ts'

const shop = { 'x-toyland': '1' }

test('mail is followed until it is acknowledged, or has waited too long; a note is retained', async () => {
  const talk = new Conversation(toy)
  const come = (): Promise<boolean> => talk.connect('bear', { clientId: 'b', username: 'toy:bear', password: 's' })
  await come()
  talk.heading('a letter to a toy that is there, and letters that wait for one that is away')
  await talk.http('shop', 'POST', '/?Action=SendMail', { Name: 'bear', Text: 'hello' }, shop)
  await talk.disconnect('bear')
  await talk.http('shop', 'POST', '/?Action=SendMail', { Name: 'bear', Text: 'for when you come' }, shop)
  await talk.happens('the post has a letter that may wait a second', (ctx) => post(ctx, 'toy/bear', 'in vain', 1000))
  await talk.wait(1000)
  await come()
  talk.heading('what it notes is shown to whoever asks later, and forgotten with nothing in it')
  await talk.publish('bear', 'toy/bear/note', 'honey', { retain: true })
  await talk.subscribe('bear', 'toy/bear/#')
  await talk.publish('bear', 'toy/bear/note', '', { retain: true })
  await talk.unsubscribe('bear', 'toy/bear/#')
  await talk.subscribe('bear', 'toy/bear/note')
  talk.matches(join(import.meta.dirname, 'toy.txt'))
})
