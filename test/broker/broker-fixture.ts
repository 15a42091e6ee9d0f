import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import mqtt, { type IConnectPacket, type Packet } from 'mqtt-packet'
import { Broker } from '../../src/broker/broker.ts'
import type { BrokerHooks, BrokerOptions } from '../../src/broker/port.ts'
import { SequentialIds } from '../../src/core/ids.ts'
import type { Connection } from '../../src/core/seam/mqtt.ts'
import { Table, type Tables } from '../../src/core/table.ts'
import { textOf } from '../../src/core/said.ts'

/** Tables that outlive a broker, and a log of what was changed in them. */
export class Disk implements Tables {
  readonly #tables = new Map<string, Map<string, object>>()
  readonly changes: string[] = []

  table<T extends object>(name: string): Table<T> {
    let records = this.#tables.get(name)
    if (records === undefined) this.#tables.set(name, (records = new Map()))
    return new Table<T>(name, records as Map<string, T>, {
      changed: (table, key, record) => this.changes.push(`${record === undefined ? '-' : '+'} ${table} ${key}`),
    })
  }

  /** What another process would find: JSON, nothing shared. */
  reread(): Disk {
    const copy = new Disk()
    for (const [name, records] of this.#tables)
      copy.#tables.set(name, new Map(JSON.parse(JSON.stringify([...records])) as [string, object][]))
    return copy
  }

  records(name: string): object[] {
    return [...(this.#tables.get(name)?.values() ?? [])]
  }
}

/** Everything that the broker told or asked, in order, as text. */
export class BrokerFixture {
  readonly log: string[] = []
  readonly notices: string[] = []
  readonly disk: Disk
  now = 1_000_000
  /** Replace it to hold commits back. */
  commit: () => Promise<void> = async () => {}
  broker!: Broker
  port = 0
  readonly hooks: BrokerHooks
  readonly #raws: Raw[] = []
  #waiting: { line: string; resolve: () => void }[] = []

  constructor(hooks: Partial<BrokerHooks> = {}, disk = new Disk()) {
    this.disk = disk
    const name = (connection: Connection): string => connection.request.clientId
    this.hooks = {
      session: (request) => ({ dialect: 'aws', session: request.clientId }),
      connect: async () => ({ accept: true, identity: { principal: 'test' } }),
      connected: (connection) => this.tell(`${name(connection)} connected`),
      disconnected: (connection, reason) => this.tell(`${name(connection)} disconnected ${reason}`),
      subscribe: (_connection, _filter, qos) => ({ grant: qos === 0 ? 0 : 1 }),
      subscribed: (connection, filters) =>
        this.tell(`${name(connection)} subscribed ${filters.map(({ filter, qos }) => `${filter}:${qos}`).join(' ')}`),
      unsubscribed: (connection, filters) => this.tell(`${name(connection)} unsubscribed ${filters.join(' ')}`),
      publish: async (connection, { topic, will }) => {
        this.tell(`${name(connection)} ${will === true ? 'will' : 'published'} ${topic}`)
        return { route: 'forward' }
      },
      acknowledged: (connection, track) => this.tell(`${name(connection)} acknowledged ${track}`),
      ...hooks,
    }
  }

  async start(options: Partial<BrokerOptions> = {}): Promise<this> {
    this.broker = await Broker.create({
      hooks: this.hooks,
      tables: this.disk,
      commit: () => this.commit(),
      now: () => this.now,
      ids: new SequentialIds(),
      limits: () => ({ sessionMs: 3_600_000 }),
      onNotice: ({ text: words }) => {
        const text = textOf(words)
        this.notices.push(text)
        this.tell(`notice ${text}`)
      },
      ...options,
    })
    this.port = await this.broker.listen('mqtt', { host: '127.0.0.1', port: 0, setting: '--mqtt' })
    return this
  }

  async stop(): Promise<void> {
    for (const raw of this.#raws) raw.stream.destroy()
    await this.broker.stop()
  }

  tell(line: string): void {
    this.log.push(line)
    for (const one of this.#waiting.filter((waiting) => line.includes(waiting.line))) one.resolve()
    this.#waiting = this.#waiting.filter((waiting) => !line.includes(waiting.line))
  }

  /** Resolves when a line with this text has been told. */
  async told(line: string): Promise<void> {
    if (this.log.some((told) => told.includes(line))) return
    await new Promise<void>((resolve) => this.#waiting.push({ line, resolve }))
  }

  connection(clientId: string): Connection {
    for (const connection of this.broker.connections()) if (connection.request.clientId === clientId) return connection
    throw new Error(`${clientId} is not connected`)
  }

  /** A socket that says nothing by itself. */
  async raw(): Promise<Raw> {
    const socket = connectTcp(this.port, '127.0.0.1')
    await once(socket, 'connect')
    return this.adopt(socket)
  }

  adopt(stream: Duplex | Socket): Raw {
    const raw = new Raw(stream)
    this.#raws.push(raw)
    return raw
  }

  /** Connected, its CONNACK read. */
  async client(clientId: string, connect: Partial<IConnectPacket> = {}): Promise<Raw> {
    const raw = await this.raw()
    raw.send(connectPacket(clientId, connect))
    await raw.next('connack')
    await this.told(`${clientId} connected`)
    return raw
  }
}

export const connectPacket = (clientId: string, more: Partial<IConnectPacket> = {}): IConnectPacket => ({
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clean: true,
  clientId,
  keepalive: 0,
  ...more,
})

type Received<C extends Packet['cmd']> = Extract<Packet, { cmd: C }>

/** A client that does only what it is told, packet by packet. */
export class Raw {
  readonly chunks: Buffer[] = []
  readonly closed: Promise<void>
  readonly #parser = mqtt.parser()
  readonly #received: Packet[] = []
  #wake: () => void = () => {}
  #over = false

  constructor(readonly stream: Duplex) {
    stream.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk)
      this.#parser.parse(chunk)
    })
    stream.on('error', () => {})
    this.closed = new Promise((resolve) =>
      stream.once('close', () => {
        this.#over = true
        this.#wake()
        resolve()
      }),
    )
    this.#parser.on('packet', (packet) => {
      this.#received.push(packet)
      this.#wake()
    })
  }

  /** All in one write. */
  send(...packets: Packet[]): void {
    this.stream.write(Buffer.concat(packets.map((packet) => mqtt.generate(packet))))
  }

  /** The next packet, whatever it is. */
  async any(awaited = 'a packet'): Promise<Packet> {
    while (this.#received.length === 0) {
      if (this.#over) throw new Error(`closed while waiting for ${awaited}`)
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    return this.#received.shift()!
  }

  /** The next packet, which must be of this kind. */
  async next<C extends Packet['cmd']>(cmd: C): Promise<Received<C>> {
    const packet = await this.any(cmd)
    if (packet.cmd !== cmd) throw new Error(`${packet.cmd} came where ${cmd} was awaited: ${JSON.stringify(packet)}`)
    return packet as Received<C>
  }

  /** Nothing more came before the answer to a PINGREQ. */
  async silence(): Promise<void> {
    this.send({ cmd: 'pingreq' })
    await this.next('pingresp')
  }

  /** Answers nothing until the next SUBACK. */
  async subscribe(...filters: [string, 0 | 1 | 2][]): Promise<Received<'suback'>> {
    this.send({ cmd: 'subscribe', messageId: 7, subscriptions: filters.map(([topic, qos]) => ({ topic, qos })) })
    return this.next('suback')
  }
}

export const publish = (topic: string, payload: string, qos: 0 | 1 | 2 = 0, more: object = {}): Packet => ({
  cmd: 'publish',
  topic,
  payload,
  qos,
  retain: false,
  dup: false,
  ...(qos > 0 && { messageId: 1 }),
  ...more,
})

/** A promise with its ends. */
export function gate(): { promise: Promise<void>; open(): void } {
  let open = (): void => {}
  const promise = new Promise<void>((resolve) => (open = resolve))
  return { promise, open }
}
