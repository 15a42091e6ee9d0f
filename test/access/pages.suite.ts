import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import { dialects } from '../../src/dialect/registry.ts'
import { within } from '../builders/within.ts'
import { report } from './report.ts'
import type { AccessFixture } from './hub-fixture.ts'

/** Every path on which something is spoken over WebSocket, with its sub-protocol. */
const spoken = [
  ...['/mqtt', ...dialects.flatMap(({ webSocketPaths = [] }) => webSocketPaths)].map((path) => ({
    path,
    protocol: 'mqtt',
  })),
  ...dialects.flatMap(({ protocols = [] }) => protocols.flatMap(({ webSocket }) => webSocket ?? [])),
]

/**
 * Headers by which a browser tells of a page, and whether the handshake goes through; what is said on it then is
 * another matter.
 */
const pages: [who: string, headers: Record<string, string>, opens: boolean][] = [
  ['a page of the web', { origin: 'https://evil.example' }, false],
  ['a page whose name leads here', { origin: 'http://evil.example:8880', host: 'evil.example:8880' }, false],
  ['a name that leads here, without an origin', { host: 'evil.example' }, false],
  ['a page without an origin of its own', { origin: 'null' }, false],
  ['a page in a file', { origin: 'file://' }, false],
  ['a page of this machine', { origin: 'http://localhost:3000' }, true],
  ['a page of VS Code', { origin: 'vscode-webview://1a2b' }, true],
  ['a program', {}, true],
]

/** Browsers let every page open WebSockets to this machine. */
export function pageMatrix(fixture: () => AccessFixture): void {
  for (const [who, headers, opens] of pages) {
    test(`WebSocket: ${who}`, async (t) => {
      const cells: string[] = []
      for (const { path, protocol } of spoken) {
        for (const scheme of ['ws', 'wss'] as const) {
          assert.equal(await handshake(fixture(), `${scheme}:${path}`, protocol, headers), opens, `${scheme}:${path}`)
          cells.push(opens ? 'in' : 'refused')
        }
      }
      report(t, cells)
    })
  }
}

async function handshake(
  { place: { endpoints, ca } }: AccessFixture,
  target: string,
  protocol: string,
  headers: Record<string, string>,
): Promise<boolean> {
  const [scheme, path] = target.split(':')
  const port = scheme === 'ws' ? endpoints.http : endpoints.https
  const socket = new WebSocket(`${scheme}://localhost:${port}${path}`, [protocol], { headers, ca })
  const status = new Promise<number>((resolve, reject) => {
    socket.once('open', () => resolve(101))
    socket.once('unexpected-response', (_, { statusCode = 0 }) => resolve(statusCode))
    socket.once('error', reject)
  })
  const answered = await within(status, `an answer to ${target}`)
  socket.on('error', () => {}).terminate()
  assert.ok(answered === 101 || answered === 403, `${answered}`)
  return answered === 101
}
