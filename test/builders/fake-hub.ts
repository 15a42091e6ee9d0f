import { createServer as createHttpServer, type IncomingMessage } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { Aedes } from 'aedes'
import type { DeviceScript } from '../../src/core/seam/device-script.ts'
import type { Hub } from '../../src/hub/hub.ts'
import type { Change, JobDetail, JobView } from '../../src/shared/api.ts'
import { JsonText } from '../../src/shared/json-text.ts'

/** A hub as small as the demo can be run on: one group, one job, and a protocol of two topics. */
export interface FakeHub {
  hub: Hub
  deviceScriptOf: () => (name: string) => DeviceScript
  /** `METHOD path` of every HTTP request, and the last job's body. */
  requests: string[]
  job: { body?: { targets: string[]; document: string } }
}

/** `to/NAME` carries an offer, `from/NAME` what the device says. */
const script = (name: string): DeviceScript => ({
  session: { clientId: name, clean: true },
  subscriptions: [{ filter: `to/${name}`, qos: 1 }],
  hello: () => [{ topic: `from/${name}`, payload: 'hello', qos: 1 }],
  read: (_topic, payload) => ({ type: 'offer', work: { id: payload.toString(), attempt: 1, document: {} } }),
  report: (_work, status) => [{ topic: `from/${name}`, payload: status, qos: 1 }],
})

/** `refuse` answers an HTTP request with 400. */
export async function fakeHub(refuse: (request: string) => boolean = () => false): Promise<FakeHub> {
  const requests: string[] = []
  const job: FakeHub['job'] = {}
  const members = new Set<string>()
  const states = new Map<string, string>()
  const listeners = new Set<(change: Change) => void>()
  let view: JobView | undefined

  const broker = await Aedes.createBroker()
  const offer = (device: string): void => {
    if (view === undefined || !['QUEUED', 'IN_PROGRESS'].includes(states.get(device) ?? '')) return
    broker.publish(
      { cmd: 'publish', topic: `to/${device}`, payload: view.name, qos: 1, retain: false, dup: false },
      () => {},
    )
  }
  broker.on('publish', ({ topic, payload }) => {
    if (!topic.startsWith('from/')) return
    const device = topic.slice(5)
    const said = payload.toString()
    if (said === 'hello') return offer(device)
    states.set(device, said)
    const counts: Record<string, number> = {}
    for (const state of states.values()) counts[state] = (counts[state] ?? 0) + 1
    const over = !('QUEUED' in counts || 'IN_PROGRESS' in counts)
    view = { ...view!, counts, status: over ? 'COMPLETED' : 'IN_PROGRESS' }
    for (const listener of listeners) listener({ type: 'execution', job: view.key, device })
  })

  const answer = async (request: IncomingMessage): Promise<object> => {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const { method, url = '' } = request
    requests.push(`${method} ${url}`)
    if (url === '/thing-groups/addThingToThingGroup') members.add((JSON.parse(text) as { thingName: string }).thingName)
    else if (url.startsWith('/jobs/')) {
      job.body = JSON.parse(text) as { targets: string[]; document: string }
      const name = url.slice('/jobs/'.length)
      for (const member of members) states.set(member, 'QUEUED')
      view = {
        key: `aws/${name}`,
        dialect: 'aws',
        name,
        status: 'IN_PROGRESS',
        selection: 'SNAPSHOT',
        counts: { QUEUED: members.size },
        planned: members.size,
        rolledOut: members.size,
        createdAt: 0,
      }
      for (const member of members) offer(member)
    }
    return { thingGroupArn: 'arn:the-group' }
  }
  const http = createHttpServer((request, response) => {
    void answer(request).then((body) => {
      response.statusCode = refuse(`${request.method} ${request.url}`) ? 400 : 200
      response.end(JSON.stringify(body))
    })
  })
  const mqtt = createServer(broker.handle)
  const listen = (server: Server): Promise<number> =>
    new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)))

  const hub: Pick<Hub, 'start' | 'stop' | 'stopped' | 'events'> & { api: Pick<Hub['api'], 'job' | 'notices'> } = {
    start: async () => ({
      host: '127.0.0.1',
      mqtt: await listen(mqtt),
      mqtts: 2,
      http: await listen(http),
      https: 4,
      ca: '/d/ca.pem',
      token: '/d/token',
    }),
    stopped: new Promise(() => {}),
    async stop() {
      mqtt.close()
      http.close()
      http.closeAllConnections()
      await new Promise<void>((resolve) => broker.close(resolve))
    },
    api: {
      job: async () =>
        ({
          ...view!,
          document: '',
          draft: { dialect: 'aws', name: '', targets: [], document: new JsonText('{}') },
          history: [],
        }) satisfies JobDetail,
      notices: async () => [],
    },
    events: { on: (listener) => (listeners.add(listener), () => listeners.delete(listener)) },
  }
  return { hub: hub as Hub, deviceScriptOf: () => script, requests, job }
}
