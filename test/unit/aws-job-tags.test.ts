import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  CreateJobCommand,
  CreateJobTemplateCommand,
  DeleteJobCommand,
  DeleteJobTemplateCommand,
  ListTagsForResourceCommand,
  ResourceNotFoundException,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-iot'
import { AwsInProcess } from '../builders/aws-in-process.ts'

const [A, B] = [
  { Key: 'a', Value: '1' },
  { Key: 'b', Value: '2' },
]

for (const kind of ['job', 'job template']) {
  test(`a ${kind} has tags from its creation, and loses them with itself`, async () => {
    const bench = new AwsInProcess()
    const { iot } = bench
    bench.turn((ctx) => ctx.engine.devices.create(ctx.turn, { dialect: 'aws', name: 't' }))
    const make = async (tags?: (typeof A)[]): Promise<string | undefined> => {
      const more = { document: '{}', ...(tags !== undefined && { tags }) }
      if (kind === 'job')
        return (
          await iot.send(
            new CreateJobCommand({ jobId: 'x', targets: ['arn:aws:iot:us-west-2:123456789012:thing/t'], ...more }),
          )
        ).jobArn
      return (await iot.send(new CreateJobTemplateCommand({ jobTemplateId: 'x', description: 'd', ...more })))
        .jobTemplateArn
    }
    const resourceArn = await make([A])
    const tags = async () => (await iot.send(new ListTagsForResourceCommand({ resourceArn }))).tags
    assert.deepEqual(await tags(), [A])
    await iot.send(new TagResourceCommand({ resourceArn, tags: [B] }))
    assert.deepEqual(await tags(), [A, B])
    await iot.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] }))
    assert.deepEqual(await tags(), [B])
    await (kind === 'job'
      ? iot.send(new DeleteJobCommand({ jobId: 'x', force: true }))
      : iot.send(new DeleteJobTemplateCommand({ jobTemplateId: 'x' })))
    await assert.rejects(tags(), ResourceNotFoundException)
    await make()
    assert.deepEqual(await tags(), [])
  })
}
