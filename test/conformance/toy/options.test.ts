import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialects } from '../../../src/dialect/registry.ts'
import { cloudOptions } from '../../../src/hub/cloud-options.ts'
import type { CloudOptions } from '../../../src/shared/options.ts'
import { JsonText } from '../../../src/shared/json-text.ts'
import { putObject, startHub } from '../../builders/hub.ts'
import { toy } from './index.ts'
import { useToyland } from './toyland.ts'

const land = useToyland({ clouds: { toy: { loudest: 3 } } })

test('what was chosen of a cloud’s options is what its decisions go by, and the rest is as it is by default', async () => {
  const { hub } = land
  await putObject(hub.place, 'tunes', 'a.mp3', 'la la')
  const { name } = await hub.enrol()
  const problems = await hub.api.checkJob({
    dialect: 'toy',
    name: 'loud',
    targets: [{ device: name }],
    kind: 'tune',
    document: new JsonText('{"tune":"x"}'),
    file: 'tunes/a.mp3',
  })
  assert.deepEqual(
    problems.map(({ field, value, rule }) => [field, value, rule]),
    [['options/volume', 5, 'must be at most 3']],
  )
})

test('a cloud’s option becomes a flag with the cloud’s name before it', () => {
  assert.deepEqual(
    cloudOptions([toy]).map(({ flag }) => flag),
    ['toy-loudest', 'toy-silent'],
  )
})

for (const [clouds, message] of [
  [{ toy: { loudest: 11 } }, '--toy-loudest: 11 must be at most 10'],
  [{ toy: { silent: 'no' } }, '--toy-silent: "no" must be true or false'],
  [{ toy: { color: 'red' } }, '--toy-color: "red" is not known here'],
  [{ moon: { phase: 1 } }, '--moon-phase: 1 is not known here'],
] as [CloudOptions, string][])
  test(`a hub does not start with ${JSON.stringify(clouds)}, and says why`, async () => {
    await assert.rejects(startHub({ clouds }, { dialects: [...dialects, toy] }), { code: 'INVALID', message })
  })
