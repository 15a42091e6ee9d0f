import assert from 'node:assert/strict'
import type { ConnectRequest } from '../../src/core/seam/mqtt.ts'
import type { Claim, Settings } from '../../src/dialect/dialect.ts'
import type { ConnectionKitView } from '../../src/shared/api.ts'
import { tlsCredentials } from '../builders/tls-credentials.ts'
import { within } from '../builders/within.ts'
import type { Checks, HubFixtures } from './dialect.suite.ts'
import type { Clouds, HubFixture } from './hub-fixture.ts'
import { connectDevice, connectSession } from './scripted-device.ts'
import { callersOf, tableOf } from './requests.ts'

type Session = ConnectionKitView['session']

const rank: Record<Claim, number> = { credential: 4, marker: 3, path: 2, fallback: 1, no: 0 }

/** Who gets in, and as whom. */
export const identity: Checks = {
  toldApart: async ({ strict, open }) => {
    const { kit, name } = await strict.enrol()
    recognized(strict, kit.session, 'strict')
    recognized(open, open.dialect.jobs.deviceScript(name).session, 'open')
    const { dialects } = strict
    // Nor does it take others' for its own.
    for (const dialect of dialects)
      recognized({ dialect, dialects }, dialect.jobs.deviceScript(dialect.enrolment.names.example).session, 'open')
    for (const dialect of dialects) {
      for (const route of dialect.http.routes) {
        for (const request of callersOf(dialect, route).filter(
          (each) => tableOf(dialect, [route]).find(each).type === 'match',
        )) {
          surest({ dialect, dialects }, route.operation, ({ http: other }) => other.claim(request))
        }
      }
    }
    const routes = tableOf(strict.dialect)
    for (const route of strict.dialect.http.routes) {
      const reached = callersOf(strict.dialect, route).filter((request) => {
        const found = routes.find(request)
        return found.type === 'match' && found.route.operation === route.operation
      })
      assert.ok(
        reached.length > 0,
        `no caller of the examples reaches ${route.operation} (${route.method} ${route.path})`,
      )
      for (const request of reached) surest(strict, `${route.operation}`, ({ http: other }) => other.claim(request))
    }
  },

  enrolled: async ({ strict }) => {
    const { kit, key } = await strict.enrol()
    const client = await connectSession(strict.place, kit.session)
    const { online, connections } = await strict.api.device(key)
    assert.equal(online, true)
    assert.equal(connections.length, 1)
    await client.end()
    await strict.until(
      `${key} to be offline`,
      () => strict.api.device(key),
      (device) => !device.online,
    )
  },

  wrongCredential: async ({ strict }) => {
    const { kit, key } = await strict.enrol()
    const other = await strict.enrol()
    for (const wrong of wrongSessions(kit.session, other.kit.session)) {
      await refused(strict, wrong)
      assert.equal((await strict.api.device(key)).online, false)
    }
    const client = await connectSession(strict.place, kit.session)
    await client.end()
  },

  unknownRefused: async ({ strict }) => {
    const name = strict.freshName()
    await refused(strict, strict.dialect.jobs.deviceScript(name).session)
    await assert.rejects(strict.api.device(strict.keyOf(name)), { code: 'NOT_FOUND' })
  },

  withdrawn: async ({ strict }) => {
    for (const how of ['revoke', 'delete'] as const) {
      const { kit, key } = await strict.enrol()
      const [credential, ...others] = await strict.api.credentials(key)
      assert.ok(credential !== undefined && others.length === 0, 'one kit, one credential')
      if (!credential.can.includes(how)) {
        await assert.rejects(strict.api.withdrawCredential(key, credential.id, how), { code: 'UNSUPPORTED' })
        continue
      }
      const client = await connectSession(strict.place, kit.session)
      assert.equal((await strict.api.credentials(key))[0]?.connections, 1)
      await strict.api.withdrawCredential(key, credential.id, how)
      await within(client.closed, `${key} to be sent away`)
      await refused(strict, kit.session)
      const back = await connectSession(strict.place, (await strict.api.connectionKit(key)).session)
      await back.end()
    }
    await assert.rejects(strict.api.withdrawCredential((await strict.enrol()).key, 'none', 'revoke'), {
      code: 'NOT_FOUND',
    })
  },

  removed: async ({ strict }) => {
    const { kit, key } = await strict.enrol()
    const client = await connectSession(strict.place, kit.session)
    await strict.api.removeDevice(key)
    await within(client.closed, `${key} to be sent away`)
    await refused(strict, kit.session)
  },

  anew: async ({ strict }) => {
    const before = await strict.play()
    const { name, key } = before
    await before.connects({ clean: false })
    await before.leaves()
    await strict.until(
      `${key} to be away`,
      () => strict.api.device(key),
      ({ online }) => !online,
    )
    const job = await strict.createJob([before])
    await strict.api.removeDevice(key)
    const kit = await strict.api.addDevice(strict.dialect.name, name)
    const device = await connectDevice(strict, { name, key, kit })
    await device.settle()
    assert.equal(device.offered, false)
    assert.equal((await strict.api.device(key)).pending, 0)
    assert.equal(await strict.statusOf(job, key), 'REMOVED')
    await device.leaves()
  },

  anewTwin: async ({ strict }) => {
    const { name, key } = await strict.enrol()
    const { version } = await strict.api.twin(key)
    await strict.api.setDesired(key, undefined, { colour: 'red' }, version)
    await strict.api.removeDevice(key)
    await strict.api.addDevice(strict.dialect.name, name)
    assert.deepEqual((await strict.api.twin(key)).desired, {})
  },

  openRegisters: async ({ open }) => {
    const name = open.freshName()
    await assert.rejects(open.api.device(open.keyOf(name)), { code: 'NOT_FOUND' })
    const { session, subscriptions, hello } = open.dialect.jobs.deviceScript(name)
    const client = await connectSession(open.place, session)
    if (subscriptions.length > 0) await client.subscribe(...subscriptions.map(({ filter }) => filter))
    for (const { topic, payload, qos } of hello()) await client.publish(topic, String(payload), qos)
    const { online, connections } = await open.api.device(open.keyOf(name))
    assert.deepEqual([online, connections.length], [true, 1])
    await client.end()
    await open.until(
      `${name} to be offline`,
      () => open.api.device(open.keyOf(name)),
      (device) => !device.online,
    )
  },

  listeners: async ({ open }) => {
    const other = await open.enrol()
    const { devices } = await open.api.status()
    for (const filter of open.examples.listens!(other.name)) {
      const clientId = open.freshName()
      const client = await connectSession(open.place, { clientId })
      assert.notDeepEqual(await client.subscribe(filter), [128], filter)
      await client.end()
      await assert.rejects(open.api.device(open.keyOf(clientId)), { code: 'NOT_FOUND' }, filter)
    }
    assert.deepEqual((await open.api.status()).devices, devices)
  },
}

/** The same client id with credentials that are not its own. */
function wrongSessions({ clientId, username, password, certificate }: Session, other: Session): Session[] {
  const named = { clientId, ...(username !== undefined && { username }) }
  const passwords = password === undefined ? [] : ['', `${password}x`].map((wrong) => ({ ...named, password: wrong }))
  return [
    { clientId },
    named,
    ...passwords,
    { ...other, clientId, ...(username !== undefined && { username }) },
    ...(certificate === undefined
      ? []
      : [{ ...named, certificate: { cert: tlsCredentials.clientCert, key: tlsCredentials.clientKey } }]),
  ]
}

async function refused({ place }: HubFixture, session: Session): Promise<void> {
  const outcome = await connectSession(place, session).then(
    async (client) => {
      await client.end()
      return 'let in'
    },
    (error: unknown) => String(error),
  )
  assert.doesNotMatch(outcome, /let in|waited/, `with ${Object.keys(session).join(', ')}`)
}

function recognized(hub: Clouds, session: Session, mode: Settings['mode']): void {
  const { clientId, username, password, certificate } = session
  const request: ConnectRequest = {
    connection: 'c',
    clientId,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password: Buffer.from(password) }),
    ...(certificate !== undefined && {
      certificate: { sha256: '00', sha1: '00', pem: certificate.cert, validTo: Infinity, authorized: true },
    }),
    clean: true,
    keepalive: 60,
    protocolVersion: 4,
    transport: certificate === undefined ? 'tcp' : 'tls',
    local: true,
    remoteAddress: '127.0.0.1',
  }
  const endpoint = { host: 'localhost', mqtt: 1, mqtts: 2, http: 3, https: 4 }
  const settings: Settings = { mode, refuseIgnored: false, endpoint }
  surest(hub, `CONNECT of ${clientId}`, ({ mqtt }) => mqtt.recognize(request, settings))
}

/** The dialect claims it, and none other as surely. */
function surest(
  { dialect, dialects }: Clouds,
  what: string,
  claim: (other: HubFixtures['strict']['dialect']) => Claim,
): void {
  const own = rank[claim(dialect)]
  assert.ok(own > 0, `${what}: its own dialect does not claim it`)
  for (const other of dialects) {
    if (other.name !== dialect.name) assert.ok(rank[claim(other)] < own, `${what}: ${other.name} claims it as surely`)
  }
}
