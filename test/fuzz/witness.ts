import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Endpoints } from '../../src/shared/api.ts'
import { connectMqtt, type TestClient } from '../builders/mqtt-client.ts'

const EVERY_MS = 25
const ECHO = 'witness/echo'

/** A valid client beside the attackers: it must lose nothing and be answered in time. */
export class Witness {
  readonly #endpoints: Endpoints
  readonly #client: TestClient
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly #times: number[] = []
  #going = true
  #rounds: Promise<void> = Promise.resolve()

  private constructor(endpoints: Endpoints, client: TestClient) {
    this.#endpoints = endpoints
    this.#client = client
  }

  static async come(endpoints: Endpoints): Promise<Witness> {
    const client = await connectMqtt({ endpoints, ca: '', folder: '' }, 'witness')
    await client.subscribe(ECHO, '$aws/things/witness/shadow/update/accepted')
    const witness = new Witness(endpoints, client)
    witness.#rounds = witness.#go()
    witness.#rounds.catch(() => {})
    return witness
  }

  /** Milliseconds of its round trips so far, in order. */
  get times(): readonly number[] {
    return this.#times
  }

  /** Rejects with what it has lost, or what took longer than five seconds. */
  async leave(): Promise<void> {
    this.#going = false
    await this.#rounds
    await this.#client.end()
    this.#agent.destroy()
  }

  async #go(): Promise<void> {
    for (let n = 0; this.#going; n += 1) {
      const began = performance.now()
      await this.#client.publish(ECHO, String(n), 1)
      const { text } = await this.#client.inbox.take(`echo ${n}`)
      if (text !== String(n)) throw new Error(`echo ${n} was lost: the next one is ${text}`)
      await this.#client.publish('$aws/things/witness/shadow/update', { state: { reported: { n } } }, 1)
      const accepted = await this.#client.inbox.take(`the answer to update ${n}`)
      const { state } = JSON.parse(accepted.text) as { state: { reported: { n: number } } }
      if (state.reported.n !== n) throw new Error(`update ${n} was answered with ${accepted.text}`)
      await this.#get('/things/witness/shadow')
      this.#times.push((performance.now() - began) / 3)
      await pause(EVERY_MS)
    }
  }

  #get(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const options = { agent: this.#agent, host: '127.0.0.1', port: this.#endpoints.http, path, timeout: 5000 }
      const asked = request(options, (response) => {
        response
          .resume()
          .once('end', () =>
            response.statusCode === 200 ? resolve() : reject(new Error(`GET ${path} answers ${response.statusCode}`)),
          )
      })
      asked
        .once('timeout', () => asked.destroy(new Error(`GET ${path} was not answered within 5 s`)))
        .once('error', reject)
        .end()
    })
  }
}
