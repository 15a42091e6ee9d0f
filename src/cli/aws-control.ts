import { messages } from './messages.ts'

/**
 * Calls of a hub's AWS control plane, over HTTP as any client makes them [aws 3.3, 4.1]; unsigned, so told apart by
 * path.
 */
export class AwsControl {
  readonly #url: string
  readonly #signal: AbortSignal

  /** `url` is the hub's HTTP endpoint; no call begins once `signal` is aborted. */
  constructor(url: string, signal: AbortSignal) {
    this.#url = url
    this.#signal = signal
  }

  async createThing(thing: string): Promise<void> {
    await this.#call('POST', `/things/${encodeURIComponent(thing)}`, {})
  }

  /** An empty group of that name, whatever it held before. Returns its ARN. */
  async renewGroup(group: string): Promise<string> {
    const path = `/thing-groups/${encodeURIComponent(group)}`
    await this.#call('DELETE', path)
    const created = await this.#call('POST', path, {})
    return String(created['thingGroupArn'])
  }

  async addToGroup(thingName: string, thingGroupName: string): Promise<void> {
    await this.#call('PUT', '/thing-groups/addThingToThingGroup', { thingGroupName, thingName })
  }

  async createJob(job: string, target: string, document: string, description: string): Promise<void> {
    await this.#call('PUT', `/jobs/${encodeURIComponent(job)}`, { targets: [target], document, description })
  }

  async #call(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    // Not given to fetch: on Node 20 each request would leave its listener on the signal until the next collection.
    this.#signal.throwIfAborted()
    const response = await fetch(this.#url + path, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(messages.demo.requestFailed(`${method} ${path}`, response.status, text))
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
  }
}
