import { request } from 'node:https'
import type { Place } from './hub.ts'
import { within } from './within.ts'

/** A request as a device makes it: over TLS, with a certificate if it has one, without an SDK. */
export async function httpsRequest(
  { ca }: Place,
  {
    method = 'GET',
    body,
    ...options
  }: {
    port: number
    path: string
    method?: string
    body?: string
    cert?: string
    key?: string
    ALPNProtocols?: string[]
  },
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; json: Record<string, unknown> }> {
  const answered = new Promise<{
    status: number
    headers: NodeJS.Dict<string | string[]>
    json: Record<string, unknown>
  }>((resolve, reject) => {
    const sent = request({ host: 'localhost', method, ca, agent: false, ...options }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          json: JSON.parse(text) as Record<string, unknown>,
        }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
  return within(answered, `an answer to ${method} ${options.path}`)
}
