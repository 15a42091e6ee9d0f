import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { httpMatrix } from './http.suite.ts'
import { mqttMatrix } from './mqtt.suite.ts'
import { pageMatrix } from './pages.suite.ts'
import { total } from './report.ts'
import { urlMatrix } from './url.suite.ts'
import { makeAccessFixture, type Mode, type Where, type AccessFixture } from './hub-fixture.ts'

/** Everybody tries everything, on one hub. */
export function matrix(mode: Mode, where: Where): void {
  describe(`who gets in, ${mode} mode, from ${where}`, () => {
    let fixture: AccessFixture
    before(async () => {
      fixture = await makeAccessFixture(mode, where)
    })
    after(() => fixture.close())
    pageMatrix(() => fixture)
    mqttMatrix(() => fixture)
    urlMatrix(() => fixture)
    httpMatrix(() => fixture)
    test('the matrix has its size', (t) => {
      assert.ok(total() > 5000, 'most of it was not tried')
      t.diagnostic(`${total()} cells in all, none wrong`)
    })
  })
}
