import assert from 'node:assert/strict'
import { connectAsync } from 'mqtt'
import { connectDevice } from '../builders/listening-device.ts'
import { story } from '../vscode/rig/story.ts'
import { freePorts, portsOf } from './hub.ts'

story(
  'everything in Simplified Chinese: manifest, trees, notices, both panels',
  async ({ window }) => {
    await window.tab('IoT Hub').first().click()
    await window.page.locator('.welcome-view').getByRole('button', { name: '启动 Hub' }).click()
    const { mqtt } = await portsOf(window)
    const device = await connectDevice(mqtt, 'lamp')
    try {
      await window.treeItem('设备 lamp 在线').waitFor()
      await window.statusItem('1 台在线').waitFor()

      const stray = { clientId: 'stray', username: 'admin', password: 'admin', reconnectPeriod: 0 }
      await assert.rejects(connectAsync(`mqtt://127.0.0.1:${mqtt}`, stray))
      await window.treeItem(/没有哪个云的客户端会这样连接/).waitFor()
      await window.screenshot('language-attention')

      await window.runCommand('IoT Hub: 创建任务（OTA')
      const editor = await window.webview('.monaco-editor')
      assert.equal(await editor.locator('html').getAttribute('lang'), 'zh-cn')
      await editor.getByRole('heading', { name: '新建任务' }).waitFor()
      await editor.getByRole('textbox', { name: '任务名称' }).fill('blink')
      await editor.getByRole('textbox', { name: '查询' }).fill('thingName:lamp')
      await editor.getByRole('button', { name: '使用模板' }).click()
      await editor.getByText('可以创建').first().waitFor()
      await editor.getByRole('button', { name: '创建任务' }).click()

      const panel = await window.webview('main .shares .bar')
      await panel.getByRole('heading', { name: '变化曲线' }).waitFor()
      await panel
        .getByRole('grid', { name: '设备' })
        .getByRole('row')
        .filter({ hasText: 'lamp' })
        .getByText('排队')
        .waitFor()
      await window.treeItem(/任务 blink/).waitFor()
      await window.screenshot('language')
    } finally {
      await device.endAsync()
    }
  },
  { workspaceSettings: freePorts, language: 'zh-cn' },
)
