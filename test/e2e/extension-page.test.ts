import assert from 'node:assert/strict'
import { story } from '../vscode/rig/story.ts'
import { soon } from '../vscode/rig/soon.ts'

story('the extension’s own page says how to begin, and shows its pictures', async ({ window }) => {
  await window.page.setViewportSize({ width: 1440, height: 900 })
  await window
    .tab(/^Extensions/)
    .first()
    .click()
  await window.page.locator('.extension-list-item').filter({ hasText: 'Local IoT Hub' }).first().click()
  const page = await window.webview('h1:has-text("Local IoT Hub")')
  await page.getByRole('heading', { name: 'Start', exact: true }).waitFor()
  const pictures = page.locator('img')
  await soon('both pictures are shown', async () => {
    const widths = await pictures.evaluateAll((found) =>
      found.map((picture) => (picture as HTMLImageElement).naturalWidth),
    )
    return widths.length === 2 && widths.every((width) => width > 1000)
  })
  assert.doesNotMatch(await page.locator('body').innerText(), /npm (ci|run|start)/)
  await window.screenshot('extension-page')
})
