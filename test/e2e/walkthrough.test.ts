import { connectDevice } from '../builders/listening-device.ts'
import { story } from '../vscode/rig/story.ts'
import { freePorts, startHub } from './hub.ts'

story(
  'the palette knows shadows before the hub runs, and the walkthrough ticks what happened before it was opened',
  async ({ window }) => {
    for (const word of ['shadow', 'twin', 'device', 'message', 'mqtt']) {
      await window.page.keyboard.press('F1')
      await window.type(`>${word}`)
      await window.choice(/^IoT Hub: /).waitFor()
      await window.page.keyboard.press('Escape')
    }
    const { mqtt } = await startHub(window)
    const device = await connectDevice(mqtt, 'lamp')
    await window.treeItem('Device lamp is online').waitFor()
    await window.runCommand('IoT Hub: Open Walkthrough')
    const ticks = window.page.locator('.getting-started-step .codicon-getting-started-step-checked')
    await ticks.nth(1).waitFor()
    await device.endAsync()
  },
  { workspaceSettings: freePorts },
)
