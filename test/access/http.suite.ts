import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpRequest } from '../../src/core/seam/http.ts'
import { within } from '../builders/within.ts'
import { report } from './report.ts'
import { expected, type Asked, type Outcome } from './rules.ts'
import { routeOf, targets, type AccessTarget } from './targets.ts'
import { visitors, type VisitorCase } from './visitors.ts'
import type { Answer, Asking, AccessFixture } from './hub-fixture.ts'

const AT_ONCE = 8

/** Every visitor asks for every target. */
export function httpMatrix(fixture: () => AccessFixture): void {
  for (const visitor of visitors) {
    test(`HTTP: ${visitor.name}`, async (t) => {
      const before = await digest(fixture())
      const cells: Outcome[] = []
      const wrong: string[] = []
      const mayStop = visitor === visitors.at(-1)
      await inTurn(
        targets.filter(({ path }) => path !== '/hub/stop' || (visitor.page !== 'own' && !mayStop)),
        async (target) => {
          const cell = await tryCell(fixture(), visitor, target)
          if (cell === undefined) return
          cells.push(cell.right)
          if (cell.got !== cell.right)
            wrong.push(
              `${target.method} ${target.path}: ${cell.got}, not ${cell.right} (${cell.answer.status} ${cell.answer.type ?? ''} ${cell.answer.body.slice(0, 160)})`,
            )
        },
      )
      assert.deepEqual(wrong, [])
      if (!cells.includes('in')) assert.equal(await digest(fixture()), before, 'who does not get in changes nothing')
      report(t, cells)
    })
  }

  test('HTTP: who has the hub’s token stops it, after everybody else has tried', async () => {
    const stop = targets.find(({ path }) => path === '/hub/stop')!
    const cell = await tryCell(fixture(), visitors.at(-1)!, stop)
    assert.equal(cell?.got, 'in')
    await within(fixture().place.hub.stopped, 'the hub to stop')
  })
}

interface Cell {
  right: Outcome
  got: Outcome
  answer: Answer
}

async function tryCell(fixture: AccessFixture, visitor: VisitorCase, target: AccessTarget): Promise<Cell | undefined> {
  const asking = await visitor.ask(fixture, target)
  if (asking === undefined) return undefined
  const asked: Asked = target.dialect === undefined ? 'hub api' : routeOf(requestOf(asking))
  const answer = await within(fixture.ask(asking), `an answer to ${asking.method} ${asking.path}`, 20_000)
  return { right: expected(visitor, asked, fixture.mode, fixture.where), got: outcomeOf(answer, asking), answer }
}

function outcomeOf({ status, type, body }: Answer, { method, certificate }: Asking): Outcome {
  if (status === 401 || status === 403) return 'refused'
  // [aws 2.7] The jobs data plane's word for a certificate that does not count.
  if (certificate !== undefined && type === 'CertificateValidationException') return 'refused'
  const unclaimed = body.includes('No cloud that this hub speaks') || (method === 'HEAD' && status === 404)
  return type === 'UnknownOperationException' || unclaimed ? 'nothing' : 'in'
}

/** What the hub will see of it, as far as it depends on that which route is reached. */
function requestOf({ method, path, headers, body, certificate }: Asking): HttpRequest {
  const [plain = '', query = ''] = path.split('?')
  const shown = { sha256: '', sha1: '', pem: certificate?.cert ?? '', validTo: 0, authorized: false }
  return {
    id: '',
    method,
    path: plain,
    query: new URLSearchParams(query),
    headers,
    body: Buffer.from(body ?? ''),
    secure: certificate !== undefined,
    local: true,
    remoteAddress: '',
    ...(certificate !== undefined && { certificate: shown }),
  }
}

/** All that somebody who may not come in might have changed. */
async function digest({ place, ask, token }: AccessFixture): Promise<string> {
  const { api } = place.hub
  const seen: unknown[] = [await api.devices({ limit: 1000 }), await api.jobs(), await api.groups(), await api.keys()]
  for (const path of [
    '/policies',
    '/certificates',
    '/things',
    '/thing-groups',
    '/thing-types',
    '/devices/some',
    '/messages/some',
    '/event-configurations',
  ]) {
    seen.push((await ask({ method: 'GET', path, headers: { authorization: `Bearer ${token}` } })).body)
  }
  return JSON.stringify(seen)
}

async function inTurn<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items[Symbol.iterator]()
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const item of left) await work(item)
    }),
  )
}
