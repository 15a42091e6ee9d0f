import { createHash } from 'node:crypto'
import type {
  Connection,
  ConnectRequest,
  ConnectVerdict,
  DisconnectReason,
  Incoming,
} from '../../src/core/seam/mqtt.ts'
import { aws } from '../../src/dialect/aws/index.ts'
import { admitClient } from '../../src/hub/access.ts'
import { AwsInProcess } from './aws-in-process.ts'
import type { Outcome } from './context-fixture.ts'
import { tlsCredentials } from './tls-credentials.ts'
import { textOf } from '../../src/core/said.ts'

const pem = tlsCredentials.clientCert
const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')

/** A device certificate as the hub's TLS listener shows it. */
export const deviceCertificate = {
  sha256: createHash('sha256').update(der).digest('hex'),
  sha1: createHash('sha1').update(der).digest('hex'),
  pem,
  commonName: 'thing-1',
  validTo: Date.UTC(2120, 0, 1),
  authorized: false,
}

/** A CONNECT as the broker hands it over, bare and from this machine unless told otherwise. */
export const connectRequest = (clientId: string, more: Partial<ConnectRequest> = {}): ConnectRequest => ({
  connection: `c-${clientId}`,
  clientId,
  clean: true,
  keepalive: 60,
  protocolVersion: 4,
  transport: 'tcp',
  local: true,
  remoteAddress: '127.0.0.1',
  ...more,
})

/** The upgrade request of a WebSocket, for a CONNECT that came over one. */
export const upgrade = (url: string, headers = {}): Pick<ConnectRequest, 'upgrade'> => ({ upgrade: { url, headers } })

/** … with the device certificate. */
export const mutualTls = (clientId: string, more: Partial<ConnectRequest> = {}): ConnectRequest =>
  connectRequest(clientId, { transport: 'tls', certificate: deviceCertificate, ...more })

/** An AWS bench whose connections come and go as the broker lets them. */
export class AwsBroker extends AwsInProcess {
  authenticate(request: ConnectRequest): ConnectVerdict {
    return this.turn((ctx) => admitClient(aws.mqtt, ctx, request)).result
  }

  /** Takes a client through CONNECT; fails if it is refused. */
  come(request: ConnectRequest): { connection: Connection; outcome: Outcome<void> } {
    const verdict = this.authenticate(request)
    if (!verdict.accept) throw new Error(`refused: ${textOf(verdict.reason)}`)
    const connection = this.add({
      id: request.connection,
      dialect: aws.name,
      identity: verdict.identity,
      session: request.clientId,
      request,
      subscriptions: new Map(),
      state: {},
    })
    return { connection, outcome: this.turn((ctx) => aws.mqtt.onConnected?.(ctx, connection)) }
  }

  go(connection: Connection, reason: DisconnectReason = 'CLIENT_INITIATED'): Outcome<void> {
    this.remove(connection)
    return this.turn((ctx) => aws.mqtt.onDisconnected?.(ctx, connection, reason))
  }

  subscribe(connection: Connection, filter: string, qos: 0 | 1 | 2 = 1) {
    const verdict = this.turn((ctx) => aws.mqtt.authorizeSubscribe(ctx, connection, filter, qos)).result
    if ('grant' in verdict) (connection.subscriptions as Map<string, 0 | 1>).set(filter, verdict.grant)
    return verdict
  }

  publish(connection: Connection, topic: string, payload: string | Buffer = '{}', more: Partial<Incoming> = {}) {
    const outcome = this.turn((ctx) =>
      aws.mqtt.onPublish(ctx, connection, {
        topic,
        payload: Buffer.from(payload),
        qos: 1,
        retain: false,
        dup: false,
        ...more,
      }),
    )
    const { qos = 1, retain = false } = more
    if (retain && outcome.result.route === 'forward')
      this.retained.keep(aws.name, { topic, payload: Buffer.from(payload), qos: qos === 0 ? 0 : 1, retain })
    return outcome
  }
}
