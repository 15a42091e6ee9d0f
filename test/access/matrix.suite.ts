import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { httpMatrix } from './http.suite.ts'
import { mqttMatrix } from './mqtt.suite.ts'
import { pageMatrix } from './pages.suite.ts'
import { total } from './report.ts'
import { urlMatrix } from './url.suite.ts'
import { makeWorld, type Mode, type Where, type World } from './world.ts'

/** Everybody tries everything, on one hub. */
export function matrix(mode: Mode, where: Where): void {
  describe(`who gets in, ${mode} mode, from ${where}`, () => {
    let world: World
    before(async () => {
      world = await makeWorld(mode, where)
    })
    after(() => world.close())
    pageMatrix(() => world)
    mqttMatrix(() => world)
    urlMatrix(() => world)
    httpMatrix(() => world)
    test('the matrix has its size', (t) => {
      assert.ok(total() > 5000, 'most of it was not tried')
      t.diagnostic(`${total()} cells in all, none wrong`)
    })
  })
}
