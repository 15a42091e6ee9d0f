import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useToyland } from './toyland.ts'

const land = useToyland()

test('a back end is led here by its cloud’s connection string alone', async () => {
  const { hub } = land
  const { name } = await hub.enrol()
  const { title, environment } = await hub.api.serviceKit('toy')
  assert.equal(title, 'Toyland')
  const [, server, key] = /^Server=(.+);Key=(.+)$/.exec(environment[0]!.value) ?? []
  const answer = await fetch(`${server}/?Action=GetToy&Name=${name}`, {
    method: 'POST',
    headers: { 'x-toyland': key! },
  })
  assert.equal(((await answer.json()) as { Name: string }).Name, name)
  assert.equal((await hub.api.keys()).find(({ dialect }) => dialect === 'toy')?.value, key)
})
