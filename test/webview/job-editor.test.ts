import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { FromJobEditor, ToJobEditor } from '../../src/shared/messages.ts'
import { launchChromium } from '../vscode/rig/chromium.ts'
import { soon } from '../vscode/rig/soon.ts'
import { openPage, type Theme } from './page-fixture.ts'

let browser: Browser
before(async () => {
  browser = await launchChromium()
})
after(() => browser.close())

const documentSchema = {
  type: 'object',
  properties: { operation: { enum: ['install', 'reboot'], description: 'What the device does.' } },
}
const cloud = {
  name: 'cloud',
  title: 'A Cloud',
  kinds: [
    {
      id: 'job',
      title: 'Job',
      templates: [{ id: 'reboot', title: 'Reboot', document: { operation: 'reboot' } }],
      documentSchema,
      options: [],
    },
  ],
  query: { title: 'Search', example: 'version = 1' },
  actions: [],
  services: false,
  deviceName: { pattern: '.+', rule: 'must not be empty' },
  jobName: { pattern: '[a-z0-9-]+', rule: 'must be of a-z, 0-9 and -' },
}
const look = {
  fontFamily: 'monospace',
  fontSize: 13,
  fontLigatures: false,
  tabSize: 2,
  insertSpaces: true,
  wordWrap: false,
}
const init: ToJobEditor = {
  type: 'init',
  mode: 'new',
  start: { id: 'this', draft: {}, at: 0, restored: false },
  hub: { up: true, dialects: [cloud], groups: [] },
  look,
  words: {},
}

/** The page with a host that answers: devices d1 to d9 exist, every draft is fine. */
async function openEditor({
  theme = 'dark',
  width = 1200,
  opening = init,
}: { theme?: Theme; width?: number; opening?: ToJobEditor } = {}) {
  const told: FromJobEditor[] = []
  let send = (_message: ToJobEditor): Promise<void> => Promise.resolve()
  const answer = (message: FromJobEditor): ToJobEditor | undefined => {
    switch (message.type) {
      case 'ready':
        return opening
      case 'count':
        return { type: 'matches', request: message.request, count: 7512 }
      case 'findDevices': {
        const names = Array.from({ length: 9 }, (_, index) => `d${index + 1}`).filter((name) =>
          name.includes(message.search),
        )
        return { type: 'devices', request: message.request, names, total: names.length }
      }
      case 'check':
        return { type: 'problems', request: message.request, problems: [] }
      default:
        return undefined
    }
  }
  const onMessage = (message: unknown): void => {
    told.push(message as FromJobEditor)
    const reply = answer(message as FromJobEditor)
    if (reply !== undefined) void send(reply)
  }
  const fixture = await openPage(browser, { name: 'job-editor', monaco: true, theme, width, height: 900, onMessage })
  send = fixture.send
  // What was told before `send` was there.
  if (told.some(({ type }) => type === 'ready')) await send(opening)
  await fixture.page.locator('.monaco-editor .view-lines').waitFor()
  const heard = <T extends FromJobEditor['type']>(type: T) =>
    soon(
      `the page says ${type}`,
      () => told.findLast((message) => message.type === type) as Extract<FromJobEditor, { type: T }> | undefined,
    )
  return { ...fixture, told, heard, create: fixture.page.getByRole('button', { name: 'Create Job' }) }
}

/** Replaces the document; one line, since Monaco indents and closes what is typed over several. */
async function writeDocument(page: Page, text: string): Promise<void> {
  await page.locator('.monaco-editor').first().click()
  await page.keyboard.press('Control+A')
  await page.keyboard.press('Delete')
  await page.keyboard.insertText(text)
}

async function fillIn(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Job name' }).fill('update-1')
  await page.getByRole('combobox', { name: 'Devices' }).fill('d3')
  await page.getByRole('option', { name: 'd3' }).waitFor()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
}

test('a document that is no JSON cannot be submitted; one against its schema can, with a warning', async () => {
  const { page, create, heard, told, problems } = await openEditor()
  await fillIn(page)
  await writeDocument(page, '{"operation": reboot}')
  await page.locator('.squiggly-error').first().waitFor()
  await page.getByText('1 problem', { exact: true }).waitFor()
  await create.click({ force: true })
  assert.equal(
    told.some(({ type }) => type === 'submit'),
    false,
  )

  const written = '{ "size":12345678901234567890,"operation": "explode" , "a":1.0}'
  await writeDocument(page, written)
  await page.locator('.squiggly-warning').first().waitFor()
  await page.locator('.document .problem.warning').waitFor()
  await page.getByText('Ready to be created').first().waitFor()
  await page.getByRole('button', { name: '1 warning' }).click()
  await page.getByRole('button', { name: /^Warning: Job document: line 1/ }).waitFor()
  await create.click()
  const { draft } = await heard('submit')
  assert.deepEqual(draft, {
    dialect: 'cloud',
    name: 'update-1',
    targets: [{ device: 'd3' }],
    document: { text: written },
  })
  assert.deepEqual(problems, [])
})

test('keys that are VS Code’s own pass through the editor of the document', async () => {
  const { page, problems } = await openEditor()
  await page.evaluate(() => {
    const passed: string[] = []
    window.addEventListener('keydown', ({ key, defaultPrevented }) => !defaultPrevented && passed.push(key))
    Object.assign(window, { passed })
  })
  await page.locator('.monaco-editor').first().click()
  for (const key of ['F1', 'F2', 'F12']) await page.keyboard.press(key)
  await page.keyboard.press('Control+G')
  await page.locator('.quick-input-widget').waitFor()
  await page.keyboard.press('Escape')
  const passed = await page.evaluate(() => (window as unknown as { passed: string[] }).passed)
  assert.deepEqual(
    passed.filter((key) => /^(F|g)/.test(key)),
    ['F1', 'F2', 'F12'],
    'and Control+G is the editor’s',
  )
  await page.locator('.monaco-editor .view-lines').click({ button: 'right' })
  await page.locator('.monaco-menu').getByText('Cut').waitFor()
  assert.equal(await page.locator('.monaco-menu').getByText('Command Palette').count(), 0)
  assert.deepEqual(problems, [])
})

test('a refusal is shown where it belongs, with value and rule, and in the list that leads there', async () => {
  const { page, send, create, told, problems } = await openEditor()
  await fillIn(page)
  await page.getByText('Ready to be created').first().waitFor()
  await soon('the draft has been checked', () =>
    told.some((message) => message.type === 'check' && message.draft.targets.length > 0),
  )
  await create.click()
  await send({
    type: 'refused',
    problems: [{ field: 'name', value: 'update-1', rule: 'is the name of a job that exists already' }],
  })
  await page.locator('.field .problem', { hasText: '“update-1” is the name of a job that exists already' }).waitFor()
  await page.getByRole('button', { name: '1 problem' }).click()
  await page.getByRole('button', { name: 'Job name: “update-1” is the name of a job that exists already' }).click()
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'VSCODE-TEXT-FIELD')
  assert.deepEqual(problems, [])
})

test('the number of devices that match follows the targets', async () => {
  const { page, heard } = await openEditor()
  await page.getByRole('textbox', { name: 'Query' }).fill('version = 2')
  await page.getByText('Matches 7,512 devices').waitFor()
  assert.deepEqual((await heard('count')).targets, [{ query: 'version = 2' }])
})

test('a template replaces what somebody has written only when they say so, and undo brings that back', async () => {
  const { page } = await openEditor()
  const lines = page.locator('.monaco-editor .view-lines')
  await page.getByRole('button', { name: 'Use Template' }).click()
  await lines.getByText('reboot').waitFor()
  await writeDocument(page, '{"mine": 1}')
  await page.getByRole('button', { name: 'Use Template' }).click()
  await page.getByRole('button', { name: 'Keep Mine' }).click()
  assert.match(await lines.innerText(), /mine/)
  await page.getByRole('button', { name: 'Use Template' }).click()
  await page.getByRole('button', { name: 'Replace' }).click()
  await lines.getByText('reboot').waitFor()
  await page.locator('.monaco-editor').first().click()
  await page.keyboard.press('Control+Z')
  await lines.getByText('mine').waitFor()
})

test('what was typed is there again after the page was loaded anew, also a document that is no JSON yet', async () => {
  const { page, problems } = await openEditor()
  await fillIn(page)
  await writeDocument(page, '{"operation": reb')
  await page.locator('.document .problem').waitFor()
  await page.reload()
  await page.locator('.monaco-editor .view-lines').getByText('reb').waitFor()
  assert.equal(await page.getByRole('textbox', { name: 'Job name' }).inputValue(), 'update-1')
  assert.equal(await page.getByRole('button', { name: 'Remove d3' }).count(), 1)
  assert.deepEqual(problems, [])
})

test('a file’s changes are told member by member, and what others change in it is shown', async () => {
  const draft = {
    dialect: 'cloud',
    name: 'one',
    targets: [{ device: 'd1' }],
    document: { text: '{"operation":"reboot", "a":1.0}' },
  }
  const { page, send, heard, told } = await openEditor({
    opening: { ...init, mode: 'file', start: { id: 'file', draft, at: 0, restored: false } } as ToJobEditor,
  })
  assert.equal(
    told.some(({ type }) => type === 'draft'),
    false,
  )
  await page.getByRole('textbox', { name: 'Timeout' }).fill('5')
  const { changed, draft: after } = await heard('draft')
  assert.deepEqual([changed, after], [['timeoutMinutes'], { ...draft, timeoutMinutes: 5 }])
  await send({ type: 'draft', draft: { ...draft, name: 'two' } })
  await soon(
    'the other name is shown',
    async () => (await page.getByRole('textbox', { name: 'Job name' }).inputValue()) === 'two',
  )
  assert.equal(await page.getByRole('textbox', { name: 'Timeout' }).inputValue(), '')
})

for (const theme of ['dark', 'light', 'hc-dark', 'hc-light'] as const) {
  test(`nothing spills over at 260 pixels, and nothing is refused or thrown: ${theme}`, async () => {
    const { page, problems } = await openEditor({ theme, width: 260 })
    await fillIn(page)
    assert.equal(
      await page.evaluate(
        () => document.querySelector('main')!.scrollWidth <= document.querySelector('main')!.clientWidth,
      ),
      true,
    )
    assert.deepEqual(problems, [])
  })
}

test('of ten thousand problems the first hundred are listed, and how many more there are', async () => {
  const { page, send, create, told, problems } = await openEditor()
  await fillIn(page)
  await page.getByText('Ready to be created').first().waitFor()
  await soon('the draft has been checked', () =>
    told.some((message) => message.type === 'check' && message.draft.targets.length > 0),
  )
  await create.click()
  await send({
    type: 'refused',
    problems: Array.from({ length: 10_000 }, (_, index) => ({
      field: `targets/${index}/device`,
      value: `d${index}`,
      rule: 'is no device here',
    })),
  })
  await page.getByRole('button', { name: '10000 problems' }).click()
  await page.getByText('… and 9,900 more').waitFor()
  assert.equal(await page.locator('.problem-list li').count(), 101)
  assert.deepEqual(problems, [])
})

test('of a file that cannot be read nothing is said to be missing', async () => {
  const { page, send } = await openEditor({ opening: { ...init, mode: 'file' } })
  await page.getByRole('button', { name: /fields to fill in/ }).waitFor()
  await send({ type: 'unreadable', problem: 'This file is no JSON object: see line 1.' })
  await page.locator('footer').getByText('The file cannot be read').first().waitFor()
  assert.equal(await page.getByRole('button', { name: /fields to fill in/ }).count(), 0)
})
