import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JobDraft } from '../../../src/shared/job-draft.ts'
import { JsonText } from '../../../src/shared/json-text.ts'
import { putObject } from '../../builders/hub.ts'
import { useToyland } from './toyland.ts'

const land = useToyland()

const tune: Partial<JobDraft> = { kind: 'tune', document: new JsonText('{ "tune":"1.0" }'), file: 'tunes/a.mp3' }

test('a job of another kind reaches the device with its document as written, its file, and what was chosen', async () => {
  const { hub } = land
  await putObject(hub.place, 'tunes', 'a.mp3', 'la la')
  const device = await hub.play()
  const job = await hub.createJob([device], { ...tune, options: { volume: 9, voice: 'high' } })
  const { text } = await device.client.inbox.take('the tune', ({ topic }) => topic.includes('/work/'))
  assert.equal(
    text,
    '{"learn":{ "tune":"1.0" },"recording":{"path":"tunes/a.mp3","bytes":5},' +
      '"how":{"volume":9,"repeat":false,"voice":"high","title":""}}',
  )
  const { kind, draft } = await hub.api.job(job)
  assert.equal(kind, 'tune')
  assert.deepEqual([draft.kind, draft.file, draft.options?.['volume']], ['tune', 'tunes/a.mp3', 9])
  await device.leaves()
})

test('a job that names no kind is of the first one', async () => {
  const { hub } = land
  assert.equal((await hub.api.job(await hub.createJob([await hub.enrol()]))).kind, 'act')
})

test('what a kind does not offer is refused, by field, value and rule', async () => {
  const { hub } = land
  const device = await hub.enrol()
  const problems = async (more: Partial<JobDraft>): Promise<string[]> => {
    const draft = { dialect: 'toy', name: 'tune-1', targets: [{ device: device.name }], ...tune, ...more } as JobDraft
    return (await hub.api.checkJob(draft)).map(({ field, rule }) => `${field} ${rule}`)
  }
  assert.deepEqual(await problems({ kind: 'dance' }), ['kind must be one of act, tune'])
  assert.deepEqual(await problems({ file: 'tunes/none.mp3' }), ['file is no file in the bucket folder'])
  assert.deepEqual(await problems({ file: '/etc' }), [
    'file must be the path of a file in a folder of the bucket folder',
  ])
  assert.deepEqual(await problems({ options: { volume: 11, repeat: 'yes', pitch: 1 } }), [
    'options/volume must be at most 10',
    'options/repeat must be true or false',
    'options/pitch is not known here',
  ])
  assert.deepEqual(await problems({ kind: 'act', document: new JsonText('{"do":"sing"}') }), ['file is not known here'])
  const { file: _, ...without } = tune
  const draft = { dialect: 'toy', name: 'tune-1', targets: [{ device: device.name }], ...without } as JobDraft
  assert.deepEqual(
    (await hub.api.checkJob(draft)).map(({ field, rule }) => [field, rule]),
    [['file', 'is required']],
  )
  await assert.rejects(hub.api.createJob(draft), { code: 'INVALID' })
})
