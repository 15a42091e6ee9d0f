import type { Conversation, Heard } from './conversation.ts'

/** What the program on the device does with what its SDK tells it [iothub 11]; an answer is sent, if there is one. */
export interface CourseProgram {
  command?(name: string, data: Buffer): string | undefined
  otaUpgrade?(
    upgrade: Record<string, unknown>,
    progress: { download(percent: number): Promise<void>; installError(): Promise<void> },
  ): void | Promise<void>
  /** True: it has been done, say so. */
  shadow?(desired: unknown): boolean | Promise<boolean>
  told?(what: string): void | Promise<void>
}

export interface CourseDeviceOptions {
  product: string
  device: string
  secret: string
  edition: 'first' | 'second'
  program?: CourseProgram
}

let ids = 0
/** A BSON ObjectId, as the SDK makes one for every message. */
const objectId = (): string => (0xc0ffee000000 + (ids += 1)).toString(16).padStart(24, '0')

/**
 * Plays the course's device SDK as the wire contract describes it: topics, identifiers and JSON are from its clauses
 * [iothub 2, 3, 4, 5, 6, 8, 11]. It is not the SDK, and proves nothing that the contract has wrong.
 */
export class CourseDevice {
  readonly #talk: Conversation
  readonly #options: CourseDeviceOptions
  readonly #program: CourseProgram
  #tags: string[] = []
  #tagsVersion = 0
  #shadowVersion = 0

  constructor(talk: Conversation, options: CourseDeviceOptions) {
    this.#talk = talk
    this.#options = options
    this.#program = options.program ?? {}
  }

  /**
   * [iothub 2, 5] A kept session. Whenever it connects it says which tags it has, and asks for its shadow with nothing
   * in the payload.
   */
  async connect(): Promise<void> {
    const { product, device, secret, edition } = this.#options
    const clientId = edition === 'first' ? `${product}/${device}` : `${product}-${device}`
    await this.#talk.connect(device, {
      clientId,
      username: `${product}/${device}`,
      password: secret,
      clean: false,
      keepalive: 60,
      transport: 'tls',
    })
    await this.#publish('get', '$tags', JSON.stringify({ tags: this.#tags, tags_version: this.#tagsVersion }))
    await this.#publish('get', '$shadow', '')
    await this.react()
  }

  async uploadData(data: string, type: string): Promise<void> {
    await this.#publish('upload_data', type, data)
  }

  async updateStatus(status: object): Promise<void> {
    const { product, device } = this.#options
    await this.#say(`update_status/${product}/${device}`, JSON.stringify(status))
  }

  async sendDataRequest(resource: string, payload = ''): Promise<void> {
    await this.#publish('get', resource, payload)
  }

  async sendNtpRequest(): Promise<void> {
    await this.#publish('get', '$ntp', JSON.stringify({ device_time: this.#talk.hub.now }))
    await this.react()
  }

  async sendToDevice(name: string, payload: string): Promise<void> {
    await this.#say(`m2m/${this.#options.product}/${name}/${this.#options.device}`, payload)
  }

  async reportShadow(reported: object): Promise<void> {
    await this.#publish(
      'upload_data',
      '$shadow_reported',
      JSON.stringify({ state: { reported }, version: this.#shadowVersion }),
    )
    await this.react()
  }

  /** Answers what has arrived, and what arrives because of that. */
  async react(): Promise<void> {
    for (let heard = this.#hear(); heard.length > 0; heard = this.#hear())
      for (const message of heard) await this.#read(message)
  }

  #hear(): Heard[] {
    return this.#talk.heard(this.#options.device)
  }

  async #read({ topic, payload }: Heard): Promise<void> {
    const levels = topic.split('/')
    if (levels[0] === 'm2m') return this.#program.told?.(`device_message ${levels[3]} ${payload}`)
    // [iothub 3.2] The tag's topic has its `cmd` in the fourth place.
    const [command = '', encoding = '', requestId = '', expiresAt] = levels.slice(levels[0] === 'tags' ? 4 : 3)
    if (expiresAt !== undefined && Number(expiresAt) <= Math.floor(this.#talk.hub.now / 1000))
      return this.#program.told?.(`dropped ${command}: expired`)
    const data = Buffer.from(payload, encoding === 'base64' ? 'base64' : 'utf8')
    if (command.startsWith('$')) return this.#system(command, JSON.parse(data.toString()) as Record<string, unknown>)
    const answer = this.#program.command?.(command, data)
    const { product, device } = this.#options
    if (answer !== undefined)
      await this.#say(
        `${levels[0] === 'rpc' ? 'rpc_resp' : 'cmd_resp'}/${product}/${device}/${command}/${requestId}`,
        answer,
      )
  }

  async #system(command: string, content: Record<string, unknown>): Promise<void> {
    const { product } = this.#options
    if (command === '$set_tags' && Number(content['tags_version']) > this.#tagsVersion) {
      const tags = content['tags'] as string[]
      const filter = (tag: string): string => `tags/${product}/${tag}/cmd/+/+/+/#`
      for (const tag of tags.filter((one) => !this.#tags.includes(one)))
        await this.#talk.subscribe(this.#options.device, filter(tag))
      for (const tag of this.#tags.filter((one) => !tags.includes(one)))
        await this.#talk.unsubscribe(this.#options.device, filter(tag))
      this.#tags = tags
      this.#tagsVersion = Number(content['tags_version'])
    } else if (command === '$set_ntp') {
      const { device_time: sent, iothub_recv: received, iothub_send: answered } = content as Record<string, number>
      await this.#program.told?.(`ntp_set ${(received! + answered! + this.#talk.hub.now - sent!) / 2}`)
    } else if (command === '$ota_upgrade') {
      const report = (progress: number, desc: string): Promise<void> =>
        this.#progress({ version: content['version'], type: content['type'], progress, desc })
      await this.#program.otaUpgrade?.(content, {
        download: (percent) => report(percent, 'download'),
        installError: () => report(-3, 'install error'),
      })
    } else if (command === '$update_shadow' && Number(content['version']) >= this.#shadowVersion) {
      this.#shadowVersion = Number(content['version'])
      const { desired } = content['state'] as { desired?: unknown }
      if (desired !== undefined && (await this.#program.shadow?.(desired)) === true) {
        await this.#publish(
          'upload_data',
          '$shadow_updated',
          JSON.stringify({ state: { desired: null }, version: this.#shadowVersion }),
        )
      }
    } else if (command === '$shadow_reply') this.#shadowVersion = Number(content['version'])
  }

  async #progress(content: object): Promise<void> {
    await this.#say(`update_ota_status/${this.#options.product}/${this.#options.device}`, JSON.stringify(content))
  }

  async #publish(kind: 'get' | 'upload_data', level: string, payload: string): Promise<void> {
    await this.#say(`${kind}/${this.#options.product}/${this.#options.device}/${level}`, payload)
  }

  async #say(topic: string, payload: string): Promise<void> {
    await this.#talk.publish(this.#options.device, `${topic}/${objectId()}`, payload)
  }
}
