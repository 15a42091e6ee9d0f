import { connect, type Socket } from 'node:net'
import { generate } from 'mqtt-packet'
import { filtersOf, updateTopic } from '../packets.ts'
import { frameReader, type Hearer } from './frames.ts'

/** What a device does with what it hears; one for the whole crowd. */
export interface Behavior {
  published(device: Device, topic: string, payload: Buffer): void
  acknowledged(device: Device): void
  lost(device: Device, why: string): void
}

/** Every socket reads into this: what has come in is dealt with before the next read. */
const INCOMING = Buffer.allocUnsafe(64 * 1024)

/** A device on a raw socket; it answers everything that came in one piece in one piece. */
export class Device implements Hearer {
  behavior: Behavior | undefined
  /** Where it stands in what its behavior has it do. */
  step = 0
  /** Answers to its updates so far. */
  answers = 0
  /** PUBACKs that it still waits for. */
  unacknowledged = 0
  bytes = 0
  packets = 0
  readonly #socket: Socket
  #out: Buffer[] = []
  #lastId = 0
  /** Resolves with the next CONNACK or SUBACK, from its variable header on. */
  #greeting: ((body: Buffer) => void) | undefined

  private constructor(
    readonly name: string,
    port: number,
  ) {
    const read = frameReader(this, (bytes) => {
      this.bytes += bytes
      this.flush()
    })
    const callback = (bytes: number, buffer: Uint8Array): boolean => {
      read(buffer.subarray(0, bytes) as Buffer)
      return true
    }
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true, onread: { buffer: INCOMING, callback } })
    this.#socket.on('error', (error) => this.failed(error.message))
    this.#socket.on('close', () => this.failed('the connection was closed'))
  }

  /** Connects with a clean session and subscribes like one that takes jobs. */
  static async connect(port: number, name: string): Promise<Device> {
    const device = new Device(name, port)
    const connack = await device.#ask(
      generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId: name, keepalive: 0 }),
    )
    if (connack[1] !== 0) throw new Error(`${name} was not let in: CONNACK ${connack[1]}`)
    const subscriptions = filtersOf(name).map((topic) => ({ topic, qos: 1 as const }))
    const suback = await device.#ask(generate({ cmd: 'subscribe', messageId: device.#nextId(), subscriptions }))
    if (suback.subarray(2).some((granted) => granted !== 1))
      throw new Error(`${name} was not granted what it subscribed to`)
    return device
  }

  /**
   * Publishes to the update topic of that job at QoS 1; goes out with `flush`, or with the answer to what has just come
   * in.
   */
  update(job: string, payload: string): void {
    this.unacknowledged += 1
    this.#out.push(encodePublish(updateTopic(this.name, job), payload, this.#nextId()))
  }

  flush(): void {
    if (this.#out.length === 0) return
    this.#socket.write(this.#out.length === 1 ? this.#out[0]! : Buffer.concat(this.#out))
    this.#out = []
  }

  published(topic: string, payload: Buffer, id: number): void {
    this.packets += 1
    if (id > 0) this.#out.push(encodePuback(id))
    this.behavior?.published(this, topic, payload)
  }

  acknowledged(): void {
    this.packets += 1
    this.unacknowledged -= 1
    this.behavior?.acknowledged(this)
  }

  greeted(body: Buffer): void {
    this.#greeting?.(body)
  }

  failed(why: string): void {
    this.behavior?.lost(this, why)
  }

  #ask(bytes: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const lost = (): void => reject(new Error(`${this.name} was disconnected`))
      this.#socket.once('close', lost)
      this.#greeting = (body) => {
        this.#socket.off('close', lost)
        resolve(body)
      }
      this.#socket.write(bytes)
    })
  }

  #nextId(): number {
    this.#lastId = (this.#lastId % 65_535) + 1
    return this.#lastId
  }
}

/** A PUBLISH at QoS 1 whose remaining length takes two bytes. */
function encodePublish(topic: string, payload: string, id: number): Buffer {
  const rest = 2 + topic.length + 2 + payload.length
  if (rest < 0x80 || rest >= 0x4000) throw new Error(`a PUBLISH of ${rest} bytes is not one the bench sends`)
  const bytes = Buffer.allocUnsafe(3 + rest)
  bytes[0] = 0x32
  bytes[1] = (rest & 0x7f) | 0x80
  bytes[2] = rest >> 7
  bytes.writeUInt16BE(topic.length, 3)
  const at = 5 + bytes.write(topic, 5, 'latin1')
  bytes.writeUInt16BE(id, at)
  bytes.write(payload, at + 2, 'latin1')
  return bytes
}

const encodePuback = (id: number): Buffer => Buffer.from([0x40, 2, id >> 8, id & 0xff])
