import assert from 'node:assert/strict'
import { once } from 'node:events'
import { iot, mqtt, mqtt_request_response } from 'aws-iot-device-sdk-v2'
import type { DeviceFiles } from './aws-clients.ts'
import type { Place } from './hub.ts'
import { Mailbox } from './mailbox.ts'
import { within } from './within.ts'

/** What the request–response clients of the v2 SDK are opened with. */
export const REQUEST_RESPONSE = {
  maxRequestResponseSubscriptions: 6,
  maxStreamingSubscriptions: 4,
  operationTimeoutInSeconds: 5,
}

/**
 * Connects `aws-iot-device-sdk-v2` over MQTT 3.1.1 and mutual TLS; only endpoint, port and CA differ from the cloud.
 */
export async function connectV2(
  { endpoints }: Place,
  { certPath, keyPath, caPath }: DeviceFiles,
  clientId: string,
): Promise<mqtt.MqttClientConnection> {
  const config = iot.AwsIotMqttConnectionConfigBuilder.new_mtls_builder_from_path(certPath, keyPath)
    .with_certificate_authority_from_path(undefined, caPath)
    .with_endpoint('localhost')
    .with_port(endpoints.mqtts)
    .with_client_id(clientId)
    .with_clean_session(true)
    .build()
  return connected(new mqtt.MqttClient().new_connection(config), clientId)
}

/** Connects over WebSocket with a SigV4 signature. */
export async function connectV2WebSocket(
  { endpoints }: Place,
  caPath: string,
  clientId: string,
): Promise<mqtt.MqttClientConnection> {
  const config = iot.AwsIotMqttConnectionConfigBuilder.new_with_websockets()
    .with_credentials('us-east-1', 'local', 'local')
    .with_certificate_authority_from_path(undefined, caPath)
    .with_endpoint('localhost')
    .with_port(endpoints.https)
    .with_client_id(clientId)
    .with_clean_session(true)
    .build()
  return connected(new mqtt.MqttClient().new_connection(config), clientId)
}

/** Connects over TLS with user name and password for a custom authorizer. */
export async function connectV2CustomAuthorizer(
  { endpoints }: Place,
  caPath: string,
  clientId: string,
): Promise<mqtt.MqttClientConnection> {
  const config = iot.AwsIotMqttConnectionConfigBuilder.new_default_builder()
    .with_certificate_authority_from_path(undefined, caPath)
    .with_custom_authorizer('user', 'MyAuth', '', 'secret')
    .with_endpoint('localhost')
    .with_port(endpoints.mqtts)
    .with_client_id(clientId)
    .with_clean_session(true)
    .build()
  return connected(new mqtt.MqttClient().new_connection(config), clientId)
}

async function connected(connection: mqtt.MqttClientConnection, clientId: string): Promise<mqtt.MqttClientConnection> {
  await within(connection.connect(), `v2 client ${clientId} to connect`, 10_000)
  return connection
}

/** Ends a v2 connection. */
export async function endV2(connection: mqtt.MqttClientConnection): Promise<void> {
  await within(connection.disconnect(), 'the v2 client to disconnect')
  process.off('exit', exitAtOnce).on('exit', exitAtOnce)
}

/**
 * Once a stream was opened, aws-crt 1.33 aborts or hangs while Node frees its environment, after everything has ended
 * (its own tests run with --forceExit). So the process ends without that, with the exit code it has.
 */
const exitAtOnce = (): never => process.exit()

type Stream<T> = mqtt_request_response.StreamingOperation<T>

/** Opens a stream of a v2 service client; resolves when the hub has granted its subscription. */
export async function openStream<T>(stream: Stream<T>): Promise<{ stream: Stream<T>; messages: Mailbox<T> }> {
  const messages = new Mailbox<T>()
  stream.on('incomingPublish', ({ message }) => messages.put(message))
  const established = once(stream, mqtt_request_response.StreamingOperation.SUBSCRIPTION_STATUS)
  stream.open()
  await within(established, 'the stream to be established')
  return { stream, messages }
}

/** The modelled error of a request that must be refused. */
export async function refusalOf<T>(request: Promise<unknown>): Promise<T> {
  const outcome = await request.then(
    (answer) => assert.fail(`accepted: ${JSON.stringify(answer)}`),
    (error: unknown) => error,
  )
  assert.ok(outcome instanceof mqtt_request_response.ServiceError, String(outcome))
  assert.ok(outcome.modeledError !== undefined, `${outcome.message} ${String(outcome.internalError)}`)
  return outcome.modeledError as T
}
