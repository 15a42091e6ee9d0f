import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { FromProgress, ToProgress } from '../../src/shared/progress-messages.ts'
import { Feed } from '../../src/vscode/progress/feed.ts'
import { readFromProgress } from '../../src/vscode/progress/read-message.ts'
import { launchChromium } from '../vscode/rig/chromium.ts'
import { soon } from '../vscode/rig/soon.ts'
import { FleetJob } from './fleet.ts'
import { openPage, type PageFixtureOptions } from './page-fixture.ts'

let browser: Browser
before(async () => {
  browser = await launchChromium()
})
after(() => browser.close())

/** The page with a host that is the real one down to the hub, which is made up. */
async function openPanel(devices: number, options: Partial<PageFixtureOptions> = {}) {
  const fleet = new FleetJob(devices)
  const asked: FromProgress[] = []
  const told: ToProgress[] = []
  let tell = (_message: ToProgress): Promise<void> => Promise.resolve()
  const feed = new Feed(fleet.host, fleet.job, (message) => {
    told.push(message)
    // A page that is closing hears no more.
    void tell(message).catch(() => undefined)
  })
  const fixture = await openPage(browser, {
    name: 'progress',
    ...options,
    onMessage: (input) => {
      const message = readFromProgress(input)
      assert.ok(message !== undefined, `the host cannot read ${JSON.stringify(input)}`)
      asked.push(message)
      if (message.type === 'ready' || message.type === 'page' || message.type === 'watch' || message.type === 'select')
        void feed.receive(message)
    },
  })
  tell = fixture.send
  // What the page said before it could be answered.
  await feed.receive({ type: 'ready' })
  const { page } = fixture
  await page.locator('.space .row .name').first().waitFor()
  return {
    ...fixture,
    fleet,
    asked,
    told,
    grid: page.getByRole('grid', { name: 'Devices' }),
    chip: (word: string) => page.locator('.chip', { hasText: word }),
    async end() {
      assert.deepEqual(fixture.problems, [])
      feed.dispose()
      await page.context().close()
    },
  }
}

const activeRow = async (page: Page) =>
  page.locator(`#${await page.locator('[role=grid]').getAttribute('aria-activedescendant')}`)

test('ten thousand devices are a handful of rows, and the keyboard reaches the last one', async () => {
  const { page, grid, asked, end } = await openPanel(10_000)
  assert.equal(await grid.getAttribute('aria-rowcount'), '10001')
  assert.ok((await page.locator('.space .row').count()) < 60)
  await grid.focus()
  await page.keyboard.press('End')
  const last = await soon('the last row', async () =>
    (await activeRow(page).then((row) => row.textContent()))?.includes('washer-10000') ? activeRow(page) : undefined,
  )
  assert.equal(await last.getAttribute('aria-rowindex'), '10001')
  assert.ok(asked.filter(({ type }) => type === 'page').length <= 12, 'in few pages')
  await end()
})

test('what changes in sight is shown, what changes elsewhere is not even told', async () => {
  const { page, fleet, told, end } = await openPanel(10_000)
  await soon('the rows are watched', async () => (await page.locator('.space .row.loading').count()) === 0)
  for (let at = 0; at < 8; at += 1) fleet.step(300, 1000)
  await soon(
    'the first rows move',
    async () =>
      (await page.locator('.space .row', { hasText: 'washer-00001' }).textContent())?.includes('queued') === false,
  )
  const rows = told.flatMap((message) => (message.type === 'changed' ? message.rows : []))
  assert.ok(rows.length < 200, `${rows.length} rows were told`)
  await end()
})

test('Enter opens the details of a device, Escape goes back to the row', async () => {
  const { page, fleet, grid, asked, end } = await openPanel(50)
  for (let at = 0; at < 5; at += 1) fleet.step(20, 1000)
  await grid.focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  const details = page.getByRole('complementary', { name: 'washer-00002' })
  await details.getByRole('table').waitFor()
  await details.locator('summary').first().click()
  assert.match((await details.locator('pre').first().textContent()) ?? '', /\n {2}"status"/)
  await details.getByRole('button', { name: 'Open Shadow' }).click()
  await soon('the shadow is asked for', () =>
    asked.some((message) => message.type === 'openTwin' && message.device === 'aws/washer-00002'),
  )
  await page.keyboard.press('Escape')
  assert.equal(await page.locator('.details').isVisible(), false)
  assert.equal(await grid.evaluate((element) => element === document.activeElement), true)
  assert.match((await (await activeRow(page)).textContent()) ?? '', /washer-00002/)
  await end()
})

test('ten thousand devices are sorted by a column: its own way, the other way, not at all', async () => {
  const { page, fleet, asked, end } = await openPanel(10_000)
  for (let at = 0; at < 12; at += 1) fleet.step(300, 1000)
  const head = (name: string) =>
    page.getByRole('grid', { name: 'Devices' }).getByRole('columnheader', { name, exact: true })
  const names = () => page.locator('.space .row:visible .name').allTextContents()
  const first = (name: string) =>
    soon(
      `${name} is the first row`,
      async () => (await page.locator('.space .row[aria-rowindex="2"] .name').textContent()) === name,
    )
  assert.equal(await head('Attempt').getAttribute('aria-sort'), null, 'what cannot be sorted by does not say so')
  assert.equal(await head('Device').getAttribute('aria-sort'), 'none')

  await head('Device').getByRole('button').click()
  await head('Device').getByRole('button').click()
  await first('washer-10000')
  assert.equal(await head('Device').getAttribute('aria-sort'), 'descending')
  await head('Device').getByRole('button').click()
  await first('washer-00001')
  assert.equal(await head('Device').getAttribute('aria-sort'), 'none')

  await head('State').getByRole('button').click()
  assert.equal(await head('State').getAttribute('aria-sort'), 'ascending')
  const sign = (name: string) =>
    head(name)
      .locator('.codicon')
      .evaluate((element) => getComputedStyle(element).opacity)
  assert.deepEqual([await sign('State'), await sign('Device')], ['1', '0'], 'the order is seen, too')
  await soon('those that wait come first', async () =>
    (await page.locator('.space .row:visible .status').allTextContents()).every((word) => word === 'queued'),
  )
  await head('Progress').getByRole('button').click()
  assert.deepEqual(
    [await head('State').getAttribute('aria-sort'), await head('Progress').getAttribute('aria-sort')],
    ['none', 'descending'],
  )
  await soon(
    'those that are done come first',
    async () =>
      (await names()).length > 0 &&
      (await page.locator('.space .row:visible .percent').allTextContents()).every((text) => text === '100%'),
  )
  assert.ok(asked.filter(({ type }) => type === 'page').length < 20, 'a page or two for each order')
  await end()
})

test('a table sorted by the last change goes with the job', async () => {
  const { page, fleet, end } = await openPanel(300)
  const head = page.getByRole('columnheader', { name: 'Updated', exact: true })
  await head.getByRole('button').click()
  for (let round = 0; round < 3; round += 1) {
    fleet.step(40, 1000)
    const latest = Math.max(...fleet.rows.map(({ updatedAt }) => updatedAt))
    const moved = new Set(
      fleet.rows.filter(({ updatedAt }) => updatedAt === latest).map(({ device }) => device.slice(4)),
    )
    await soon('who has just moved is at the top', async () =>
      moved.has((await page.locator('.space .row[aria-rowindex="2"] .name').textContent()) ?? ''),
    )
  }
  await end()
})

test('columns are sorted by keyboard, and the order outlives a reload', async () => {
  const { page, end } = await openPanel(40)
  await page.getByRole('grid').focus()
  await page.keyboard.press('Tab')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Space')
  const head = page.getByRole('columnheader', { name: 'Device', exact: true })
  assert.equal(await head.getAttribute('aria-sort'), 'descending')
  assert.equal(await head.getByRole('button').evaluate((button) => button === document.activeElement), true)
  await page.reload()
  await soon(
    'the last one first',
    async () => (await page.locator('.space .row[aria-rowindex="2"] .name').textContent()) === 'washer-00040',
  )
  assert.equal(await head.getAttribute('aria-sort'), 'descending')
  await end()
})

test('a row has a menu, by mouse and by keyboard, and its device is shown in the tree', async () => {
  const { page, grid, asked, end } = await openPanel(40)
  const about = { webviewSection: 'device', device: 'aws/washer-00002', preventDefaultContextMenuItems: true }
  const row = page.locator('.space .row', { hasText: 'washer-00002' })
  assert.deepEqual(JSON.parse((await row.getAttribute('data-vscode-context'))!), about)
  await grid.focus()
  await page.keyboard.press('ArrowDown')
  assert.deepEqual(JSON.parse((await grid.getAttribute('data-vscode-context'))!), about)
  await row.click()
  await page.getByRole('complementary').getByRole('button', { name: 'Show in Tree' }).click()
  await soon('the tree is asked for it', () =>
    asked.some((message) => message.type === 'revealDevice' && message.device === 'aws/washer-00002'),
  )
  await end()
})

test('an upgrade shows what it brings, and what each device runs by now', async () => {
  const { page, fleet, end } = await openPanel(3)
  const upgrade = page.locator('.facts div:visible', { hasText: 'Upgrade' })
  assert.equal(await upgrade.count(), 0)
  fleet.upgrade = { module: 'MCU', version: '2.0', bytes: 432_945 }
  fleet.runs = { module: 'MCU', version: '1.9', at: fleet.now }
  fleet.tell({ type: 'job', key: fleet.job })
  await soon('the upgrade', async () => (await upgrade.locator('dd').textContent()) === 'MCU 2.0 (432,945 bytes)')
  await page.locator('.space .row .name').first().click()
  await page.keyboard.press('Enter')
  const runs = page.locator('.details .runs')
  await soon('what it runs', async () => (await runs.textContent()) === 'Runs MCU 1.9')
  fleet.runs = { module: 'MCU', version: '2.0', at: fleet.now }
  fleet.tell({ type: 'device', key: 'aws/washer-00001' })
  await soon('what it runs now', async () => (await runs.textContent()) === 'Runs MCU 2.0')
  await end()
})

test('filter, search and open details outlive a reload', async () => {
  const { page, fleet, chip, end } = await openPanel(200)
  for (let at = 0; at < 30; at += 1) fleet.step(40, 1000)
  await chip('succeeded').click()
  await page.locator('vscode-text-field').locator('input').fill('0001')
  await soon('only those that match', async () =>
    (await page.locator('.space .row:visible .name').allTextContents()).every((name) => name.includes('0001')),
  )
  await page.locator('.space .row:visible').first().click()
  const names = await page.locator('.space .row:visible .name').allTextContents()
  const open = await page.locator('.details h2').textContent()
  await page.reload()
  await soon(
    'the same rows',
    async () => (await page.locator('.space .row:visible .name').allTextContents()).join() === names.join(),
  )
  assert.equal(await chip('succeeded').getAttribute('aria-pressed'), 'true')
  await soon('the same details', async () => (await page.locator('.details h2').textContent()) === open)
  await end()
})

test('a row that leaves the filter takes no focus with it', async () => {
  const { page, fleet, grid, chip, end } = await openPanel(30)
  await chip('queued').click()
  await grid.focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  for (let at = 0; at < 60; at += 1) fleet.step(30, 1000)
  await soon('nobody is queued', async () => (await grid.getAttribute('aria-rowcount')) === '1')
  assert.equal(await grid.evaluate((element) => element === document.activeElement), true)
  await chip('all').click()
  await soon('all are there again', async () => (await grid.getAttribute('aria-rowcount')) === '31')
  await grid.focus()
  await page.keyboard.press('ArrowDown')
  await soon('a row is active again', async () => (await grid.getAttribute('aria-activedescendant')) !== null)
  await end()
})

test('a stopped hub is said once and offers to start; what is there goes on afterwards', async () => {
  const { page, fleet, asked, end } = await openPanel(20)
  const cancel = page.getByRole('button', { name: 'Cancel Job', exact: true })
  assert.equal(await cancel.isDisabled(), false)
  fleet.become('stopped')
  await page.locator('.notice', { hasText: 'The hub is stopped' }).waitFor()
  assert.match((await page.getByRole('status').textContent()) ?? '', /The hub is stopped/)
  await soon('nothing can be done', () => cancel.isDisabled())
  await page.getByRole('button', { name: 'Start Hub' }).click()
  await soon('the hub is asked to start', () => asked.some(({ type }) => type === 'startHub'))
  fleet.become('starting')
  await page.locator('.notice', { hasText: 'starting' }).waitFor()
  for (let at = 0; at < 20; at += 1) fleet.step(20, 1000)
  fleet.become('running')
  await soon(
    'it goes on',
    async () =>
      (await page.locator('.notice').isHidden()) &&
      !(await page.getByRole('progressbar', { name: 'Progress' }).getAttribute('aria-valuetext'))?.startsWith('0 of'),
  )
  await end()
})

test('a job that is deleted is said to be gone', async () => {
  const { page, fleet, end } = await openPanel(5)
  fleet.status = 'GONE'
  fleet.tell({ type: 'job', key: fleet.job })
  await page.locator('.notice', { hasText: 'deleted' }).waitFor()
  await end()
})

test('a gap in the sequence asks for everything', async () => {
  const { page, fleet, asked, send, end } = await openPanel(5)
  const before = asked.filter(({ type }) => type === 'ready').length
  await send({
    type: 'changed',
    sequence: 77,
    job: fleet.view(),
    time: { now: fleet.now, clock: 'real' },
    rows: [],
  } satisfies ToProgress)
  await soon('the page asks', () => asked.filter(({ type }) => type === 'ready').length > before)
  await page.locator('.space .row').first().waitFor()
  await end()
})

test('milestones are spoken, ticks are not', async () => {
  const { page, fleet, told, end } = await openPanel(100)
  await page.evaluate(() => {
    const said: string[] = []
    Object.assign(window, { said })
    new MutationObserver(() => said.push(document.querySelector('[role=status]')!.textContent ?? '')).observe(
      document.querySelector('[role=status]')!,
      { childList: true, characterData: true, subtree: true },
    )
  })
  while (fleet.pending > 0) {
    const before = told.length
    fleet.step(100, 1000)
    await soon('it is told', () => told.length > before)
  }
  fleet.status = 'COMPLETED'
  fleet.completedAt = fleet.now
  fleet.tell({ type: 'job', key: fleet.job })
  const said = await soon('the end is spoken', async () => {
    const texts = await page.evaluate(() => (window as unknown as { said: string[] }).said)
    return texts.at(-1)?.startsWith('The job is completed') === true ? texts : undefined
  })
  assert.ok(said.length <= 5, said.join('\n'))
  await end()
})

test('each bar of buttons is one stop of the Tab key', async () => {
  const { page, fleet, end } = await openPanel(40)
  for (let at = 0; at < 10; at += 1) fleet.step(20, 1000)
  await soon(
    'some have succeeded',
    async () => !(await page.locator('.chip', { hasText: 'succeeded' }).textContent())?.endsWith('0'),
  )
  const stops: string[] = []
  for (let at = 0; at < 4; at += 1) {
    await page.keyboard.press('Tab')
    stops.push(
      await page.evaluate(
        () =>
          document
            .activeElement!.closest('[role=toolbar], [role=grid], vscode-text-field')
            ?.getAttribute('aria-label') ?? '',
      ),
    )
  }
  assert.deepEqual(stops, ['Job', 'Show only devices in one state', 'Search devices', 'Devices'])
  await end()
})
