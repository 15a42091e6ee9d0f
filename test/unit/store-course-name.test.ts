import assert from 'node:assert/strict'
import { test } from 'node:test'
import { migrate, MIGRATIONS } from '../../src/store/migrations.ts'
import { courseName } from '../../src/store/migrations/course-name.ts'
import type { Operation } from '../../src/store/journal-lines.ts'
import { dialects } from '../../src/dialect/registry.ts'
import { formerNames, presentKey, presentName } from '../../src/shared/former-names.ts'
import { randomOf } from '../../src/sim/random.ts'

const renamed = (operations: Operation[]): Operation[] => operations.flatMap(courseName)

/** A record of every table, of this dialect; whatever people or devices say in it is `text`. */
function stateOf(dialect: string, text: string): Operation[] {
  const [device, other, job, group] = [`${dialect}/P/D`, `${dialect}/P/E`, `${dialect}/j`, `${dialect}/P/tag`]
  const said = { text, [text]: text, list: [text, { [text]: text }], key: text, device: text, job: text, dialect: text }
  const execution = { job, device, number: 2, order: 7, status: 'SENT', version: 2, details: said }
  const [session, filter] = [`${dialect}/P/D ${text}`, `cmd/${text}/#`]
  const targets = [
    { type: 'device', device },
    { type: 'group', group },
    { type: 'query', where: { op: '=', path: text, value: text }, text },
  ]
  return [
    [
      'devices',
      device,
      {
        key: device,
        dialect,
        name: 'P/D',
        id: text,
        type: text,
        attributes: said,
        tags: said,
        groups: [group],
        extra: said,
      },
    ],
    [
      'groups',
      group,
      { key: group, dialect, name: text, parent: group, description: text, attributes: said, extra: said },
    ],
    ['connectivity', device, { device, connected: true, reason: text }],
    ['twins', device, { device, desired: said, reported: said, metadata: { desired: said } }],
    ['twins', `${device} ${text}`, { device, name: text, desired: said }],
    ['modules', device, { device, modules: [{ module: text, version: text, at: 1 }] }],
    ['commands', `${device} id`, { device, id: 'id', name: text, payload: text, asker: text, extra: said }],
    ['jobs', job, { key: job, dialect, targets, document: text, description: text, comment: text, extra: said }],
    ['plans', job, { devices: [device, other] }],
    [
      'reruns',
      job,
      {
        failed: [
          [device, 1],
          [other, 2],
        ],
      },
    ],
    ['upgrades', job, { job, package: { module: text, version: text, files: [{ url: text, name: text }] } }],
    ['executions', `${job} ${device} 2`, execution],
    ...['erased', 'leavers', 'retries', 'confirmations'].map((table): Operation => [
      table,
      `${job} ${device}`,
      { job, device, number: 2 },
    ]),
    ['mqttSessions', session, { dialect, session: `P/D ${text}`, device }],
    ['mqttSubscriptions', JSON.stringify([session, filter]), { session, filter, qos: 1, as: text }],
    ['mqttQueue', `12/${session}`, { session, seq: 12, topic: text, payload: text, track: text }],
    ['mqttBodies', '3', { topic: text, payload: text }],
    ['mqttRetained', `${dialect}/${text}`, { dialect, topic: text, qos: 1, payload: text }],
    ['meta', 'clock', { now: 1 }],
    [`${dialect}.clients`, device, { list: [{ clientId: text, heard: { [text]: 1 } }] }],
    [`${dialect}.otaProgress`, device, said],
    [`${dialect}.deleted`, device, { secret: text }],
    [`${dialect}.messageIds`, text, { at: 1, by: device }],
    [
      `${dialect}.messages`,
      text,
      { product_name: text, device_name: text, data_type: text, message_id: text, payload: text },
    ],
    [`${dialect}.secrets`, 'jwt', { key: text }],
  ]
}

const deletionOf = ([table, key]: Operation): Operation => [table, key]

/** Texts that look like what is renamed, and others. */
function* texts(): Generator<string> {
  const parts = [
    'iothub',
    'iothub/',
    ' iothub/',
    '["iothub/',
    '/',
    '.',
    ' ',
    '"',
    'P/D',
    '1/',
    '{"dialect":"iothub"}',
    '\u0000',
    '\ud800',
    'é',
  ]
  const random = randomOf(7)
  yield* parts
  for (let round = 0; round < 300; round += 1)
    yield Array.from({ length: 1 + Math.floor(random() * 6) }, () => parts[Math.floor(random() * parts.length)]).join(
      '',
    )
}

test('every place that names the dialect has its new name, and what people have written is there to the byte', () => {
  for (const text of texts()) {
    const [before, after] = [stateOf('iothub', text), stateOf('iothub-course', text)]
    assert.equal(JSON.stringify(renamed(before)), JSON.stringify(after))
    assert.deepEqual(renamed(before.map(deletionOf)), after.map(deletionOf))
  }
})

test('what is another dialect’s stays, whatever its people call things', () => {
  for (const text of texts()) {
    const theirs = stateOf('aws', text)
    assert.deepEqual(renamed(theirs), theirs)
    const named: Operation[] = [
      ['aws.presence', 'iothub', { device: 'aws/iothub' }],
      ['aws.retained', 'iothub/x', { topic: 'iothub/x' }],
      ['mqttSessions', 'aws/iothub/x', { dialect: 'aws', session: 'iothub/x' }],
      ['mqttQueue', '1/aws/iothub/x', { session: 'aws/iothub/x', topic: 'iothub/x' }],
      ['mqttSubscriptions', '["aws/iothub/x","iothub/#"]', { session: 'aws/iothub/x', filter: 'iothub/#' }],
      ['executions', 'aws/j aws/iothub/x 1', { job: 'aws/j', device: 'aws/iothub/x' }],
    ]
    assert.deepEqual(renamed(named), named)
  }
})

test('what has been renamed is not renamed again, and older states come to it through all steps', () => {
  const after = stateOf('iothub-course', 'iothub/x')
  assert.deepEqual(renamed(after), after)
  assert.deepEqual(migrate(MIGRATIONS, 1, [['devices', 'iothub/P/D']]), [
    ['devices', 'iothub-course/P/D'],
    ['modules', 'iothub-course/P/D'],
  ])
})

test('a former name leads to a dialect that there is, and is none of theirs', () => {
  const names = dialects.map(({ name }) => name)
  for (const [former, now] of Object.entries(formerNames))
    assert.deepEqual([names.includes(now), names.includes(former)], [true, false])
  assert.deepEqual(['iothub', 'aws', 'toString'].map(presentName), ['iothub-course', 'aws', 'toString'])
  const keys = ['iothub/P/D', 'aws/iothub', 'iothub', 'iothub-course/x']
  assert.deepEqual(keys.map(presentKey), ['iothub-course/P/D', 'aws/iothub', 'iothub', 'iothub-course/x'])
})
