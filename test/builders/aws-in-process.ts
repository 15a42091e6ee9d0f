import { Readable } from 'node:stream'
import { IoTClient } from '@aws-sdk/client-iot'
import { IoTDataPlaneClient } from '@aws-sdk/client-iot-data-plane'
import { IoTJobsDataPlaneClient } from '@aws-sdk/client-iot-jobs-data-plane'
import type { HttpRequest, HttpResponse } from '../../src/core/seam/http.ts'
import type { Fulfilled, Need } from '../../src/core/seam/needs.ts'
import { aws } from '../../src/dialect/aws/index.ts'
import type { Route } from '../../src/dialect/dialect.ts'
import { Routes } from '../../src/http/routes.ts'
import { admitRequest, Refused } from '../../src/hub/access.ts'
import { ContextFixture, type ContextFixtureOptions, type Outcome } from './context-fixture.ts'

const table = new Routes<Route>(aws.http.routes)

/** What the SDKs hand to the transport. */
interface SdkRequest {
  method: string
  path: string
  query?: Record<string, string | string[] | null>
  headers: Record<string, string>
  body?: string | Uint8Array
}

/**
 * The whole AWS dialect without sockets: a bench, requests decided as the hub decides them, and official clients on
 * top.
 */
export class AwsInProcess extends ContextFixture {
  /** What the last request asked for besides its answer. */
  acts: Outcome<unknown>['acts'] = []
  /** How certificates are made here. */
  fulfil: (need: Need) => Fulfilled[number] = () => new Error('nothing to fulfil needs with')

  constructor(options: Omit<ContextFixtureOptions, 'onEvent'> = {}) {
    super({ ...options, onEvent: aws.onEvent })
  }

  /** Decides one request, as the hub's gate does. */
  request(
    method: string,
    url: string,
    { headers = {}, body = '', ...more }: Partial<Omit<HttpRequest, 'body'>> & { body?: string | Uint8Array } = {},
  ): HttpResponse {
    const [path = '', query = ''] = url.split('?')
    const request: HttpRequest = {
      id: 'request',
      method,
      path,
      query: new URLSearchParams(query),
      headers,
      body: typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength),
      secure: true,
      local: true,
      remoteAddress: '127.0.0.1',
      ...more,
    }
    return this.turn((ctx) => aws.http.finish!(this.#decide(request), request, ctx)).result
  }

  #decide(request: HttpRequest): HttpResponse {
    this.acts = []
    try {
      const found = table.find(request)
      if (found.type !== 'match') return aws.http.notFound(request)
      const { route, params } = found
      const { result: needs } = this.turn((ctx) => {
        admitRequest(aws.http, route, ctx, request, params)
        return route.needs?.(ctx, request, params) ?? []
      })
      const fulfilled = needs.map((need) => this.fulfil(need))
      const { result, acts } = this.turn((ctx) => route.handle(ctx, request, params, fulfilled))
      this.acts = acts
      if (result === 'later') throw new Error('no route of AWS answers later')
      return result
    } catch (error) {
      return (error instanceof Refused ? error.refusal.answer : undefined) ?? aws.http.failure(error, request)
    }
  }

  /** An official client whose requests are decided here, for the control plane. */
  get iot(): IoTClient {
    return new IoTClient(this.#config())
  }

  /** … for the data plane. */
  get data(): IoTDataPlaneClient {
    return new IoTDataPlaneClient(this.#config())
  }

  /** … for the jobs data plane. */
  get jobsData(): IoTJobsDataPlaneClient {
    return new IoTJobsDataPlaneClient(this.#config())
  }

  #config() {
    const handle = (sent: unknown) => Promise.resolve({ response: this.#answer(sent as SdkRequest) })
    return {
      region: 'us-west-2',
      endpoint: 'https://localhost',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
      requestHandler: { handle },
    }
  }

  #answer({ method, path, query = {}, headers, body = '' }: SdkRequest): {
    statusCode: number
    headers: Record<string, string>
    body: Readable
  } {
    const search = new URLSearchParams()
    for (const [name, value] of Object.entries(query))
      for (const one of Array.isArray(value) ? value : [value ?? '']) search.append(name, one)
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
    const {
      status,
      headers: answered = {},
      body: text = '',
    } = this.request(method, `${path}?${search}`, { headers: lower, body })
    if (typeof text !== 'string' && !Buffer.isBuffer(text)) throw new Error('objects are not streamed here')
    return { statusCode: status, headers: answered, body: Readable.from([Buffer.from(text)]) }
  }
}
