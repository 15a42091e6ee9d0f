import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Dialect } from '../../src/dialect/dialect.ts'
import { guarantees, type GuaranteeName } from '../../src/dialect/guarantees.ts'
import { access } from './access.ts'
import { schedules } from './schedules.ts'
import { declared } from './declared.ts'
import { hostile } from './hostile.ts'
import { openHub, type HubFixture } from './hub-fixture.ts'
import { identity } from './identity.ts'
import { jobs } from './jobs.ts'
import { messages } from './messages.ts'

/** A hub in strict mode, whose devices are enrolled, and one in open mode, which takes them as they come. */
export interface HubFixtures {
  strict: HubFixture
  open: HubFixture
}

type Check = (hubs: HubFixtures) => Promise<void>
export type Checks = Partial<Record<GuaranteeName, Check>>

const checks: Checks = { ...identity, ...access, ...jobs, ...schedules, ...messages, ...hostile, ...declared }

/** What a guarantee cannot be tried without. */
const needed: Partial<Record<GuaranteeName, (dialect: Dialect) => unknown>> = {
  anonymousTopics: ({ examples }) => examples.anonymous,
  keptMessages: ({ examples }) => examples.mail,
  retained: ({ examples }) => examples.retained,
  listeners: ({ examples }) => examples.listens,
  joinedAndLeft: ({ examples }) => examples.membership,
  waitingRequest: ({ examples }) => examples.waiting,
  query: ({ query }) => query,
}

/** Holds one dialect to all guarantees, on hubs that speak all of them. */
export function conformance(dialect: Dialect, dialects: readonly Dialect[]): void {
  describe(dialect.title, () => {
    const clouds = { dialect, dialects }
    let hubs: HubFixtures
    before(async () => {
      hubs = { strict: await openHub(clouds, 'strict'), open: await openHub(clouds, 'open') }
    })
    after(async () => {
      const closed = await Promise.allSettled([hubs.strict.close(), hubs.open.close()])
      for (const outcome of closed) if (outcome.status === 'rejected') throw outcome.reason
    })
    for (const [name, sentence] of Object.entries(guarantees) as [GuaranteeName, string][]) {
      const why = dialect.examples.inapplicable[name]
      const check = checks[name]
      const untried = needed[name] !== undefined && needed[name](dialect) === undefined
      if (why === undefined) {
        test(sentence, async () => {
          assert.ok(check !== undefined, 'the suite has no check for this guarantee')
          assert.ok(
            !untried,
            'what it takes to try this is missing: add it to the dialect, or say in examples.inapplicable why the guarantee does not apply',
          )
          await check(hubs)
        })
      } else {
        test(`does not apply: ${sentence} – ${why}`, async () => {
          assert.ok(why.trim() !== '')
          assert.ok(
            untried || needed[name] === undefined,
            'it has what it takes to try this, and yet says that it does not apply',
          )
          if (!untried)
            await assert.rejects(
              Promise.resolve(check?.(hubs)),
              'it is kept after all: strike it from examples.inapplicable',
            )
        })
      }
    }
  })
}
