import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { iotshadow, type mqtt, type mqtt_request_response } from 'aws-iot-device-sdk-v2'
import { awsClients, makeDevice, type AwsClients, type DeviceFiles } from '../builders/aws-clients.ts'
import { connectV2, endV2, openStream, refusalOf, REQUEST_RESPONSE } from '../builders/device-v2.ts'
import { startHub, type TestHub } from '../builders/hub.ts'

type Client = iotshadow.IotShadowClientv2
type Refusal = iotshadow.model.V2ErrorResponse
type Document = iotshadow.model.ShadowState
type Delta = iotshadow.model.ShadowDeltaUpdatedEvent
type Updated = iotshadow.model.ShadowUpdatedEvent
type Stream<T> = mqtt_request_response.StreamingOperation<T>

/** The same verbs for the classic shadow and a named one. */
interface Verbs {
  about: string
  missing: RegExp
  get(): Promise<iotshadow.model.GetShadowResponse>
  update(state: Document, version?: number): Promise<iotshadow.model.UpdateShadowResponse>
  delete(): Promise<iotshadow.model.DeleteShadowResponse>
  deltas(): Stream<Delta>
  documents(): Stream<Updated>
}

const classic = (client: Client, thingName: string): Verbs => ({
  about: 'the classic shadow',
  missing: new RegExp(`^No shadow exists with name: '${thingName}'$`),
  get: () => client.getShadow({ thingName }),
  update: (state, version) => client.updateShadow({ thingName, state, ...(version === undefined ? {} : { version }) }),
  delete: () => client.deleteShadow({ thingName }),
  deltas: () => client.createShadowDeltaUpdatedStream({ thingName }),
  documents: () => client.createShadowUpdatedStream({ thingName }),
})

const named = (client: Client, thingName: string, shadowName: string): Verbs => ({
  about: 'a named shadow',
  missing: new RegExp(`^No shadow exists with name: '${shadowName}'$`),
  get: () => client.getNamedShadow({ thingName, shadowName }),
  update: (state, version) =>
    client.updateNamedShadow({ thingName, shadowName, state, ...(version === undefined ? {} : { version }) }),
  delete: () => client.deleteNamedShadow({ thingName, shadowName }),
  deltas: () => client.createNamedShadowDeltaUpdatedStream({ thingName, shadowName }),
  documents: () => client.createNamedShadowUpdatedStream({ thingName, shadowName }),
})

describe('IotShadowClientv2 of aws-iot-device-sdk-v2 1.28 over MQTT 3.1.1 and mutual TLS', () => {
  let hub: TestHub
  let aws: AwsClients
  let device: DeviceFiles
  let connection: mqtt.MqttClientConnection
  let client: Client

  before(async () => {
    hub = await startHub()
    aws = awsClients(hub)
    device = await makeDevice(hub, aws, 'certified')
    connection = await connectV2(hub, device, 'test-shadow')
    client = iotshadow.IotShadowClientv2.newFromMqtt311(connection, REQUEST_RESPONSE)
  })
  after(async () => {
    client.close()
    await endV2(connection)
    aws.destroy()
    await hub.stop()
  })

  // Shadows need no registered thing [aws 0.3 row 10]: these two names are in no registry.
  test('a named shadow goes through the SDK’s own test: 404, versions 1, 2, 3, the delta, and delete that says 3', () =>
    lifecycle(named(client, 'nobody-1', 'config')))
  test('the classic shadow goes through the same', () => lifecycle(classic(client, 'nobody-2')))

  test('a wrong version is refused with 409, and a shadow that was deleted goes on counting, the deletion included', async () => {
    const shadow = named(client, 'nobody-3', 'config')
    await shadow.update({ reported: { n: 1 } })
    const refused = await refusalOf<Refusal>(shadow.update({ reported: { n: 2 } }, 7))
    assert.deepEqual([refused.code, refused.message], [409, 'Version conflict'])
    assert.deepEqual((await shadow.get()).state?.reported, { n: 1 })
    assert.equal((await shadow.delete()).version, 1)
    assert.equal((await shadow.update({ reported: { n: 3 } })).version, 3)
  })
})

async function lifecycle(shadow: Verbs): Promise<void> {
  const deltas = await openStream(shadow.deltas())
  const documents = await openStream(shadow.documents())
  const missing = await refusalOf<Refusal>(shadow.get())
  assert.equal(missing.code, 404)
  assert.match(missing.message!, shadow.missing)

  const green = { color: 'green', on: true }
  const blue = { color: 'blue', on: false }
  const created = await shadow.update({ desired: green, reported: green })
  assert.deepEqual([created.version, created.state?.desired, created.state?.reported], [1, green, green], shadow.about)
  const got = await shadow.get()
  assert.deepEqual(
    [got.version, got.state?.desired, got.state?.reported, got.state?.delta],
    [1, green, green, undefined],
  )

  const wanted = await shadow.update({ desired: blue })
  assert.deepEqual([wanted.version, wanted.state?.desired, wanted.state?.reported], [2, blue, undefined])
  const delta = await deltas.messages.take('the delta')
  assert.deepEqual([delta.version, delta.state], [2, blue])
  assert.deepEqual((await shadow.get()).state?.delta, blue)

  const reached = await shadow.update({ reported: blue })
  assert.deepEqual([reached.version, reached.state?.reported], [3, blue])
  const after = await shadow.get()
  assert.deepEqual([after.state?.desired, after.state?.reported, after.state?.delta], [blue, blue, undefined])
  for (const version of [1, 2, 3]) {
    const { current, previous } = await documents.messages.take(`document ${version}`)
    assert.equal(current?.version, version)
    if (version > 1) assert.equal(previous?.version, version - 1)
  }

  assert.equal((await shadow.delete()).version, 3)
  assert.equal((await refusalOf<Refusal>(shadow.get())).code, 404)
  assert.deepEqual([deltas.messages.rest, documents.messages.rest], [[], []], 'messages nobody expects')
  deltas.stream.close()
  documents.stream.close()
}
