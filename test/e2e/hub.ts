import type { EditorWindow } from '../vscode/rig/window.ts'
import { soon } from '../vscode/rig/soon.ts'

/** Settings of a workspace whose hub takes any free ports. */
export const freePorts = { 'iotHub.mqtt': 0, 'iotHub.mqtts': 0, 'iotHub.http': 0, 'iotHub.https': 0 }

export interface Ports {
  mqtt: number
  mqtts: number
}

/** Opens the hub's sidebar if it is not open. */
export const openSidebar = (window: EditorWindow): Promise<void> => window.runCommand('View: Show IoT Hub')

/** Presses the button of the welcome view, and waits for the status bar to tell the ports. */
export async function startHub(window: EditorWindow): Promise<Ports> {
  await openSidebar(window)
  await window.page
    .locator('.welcome-view')
    .getByRole('button', { name: /Start Hub|启动 Hub/ })
    .click()
  return portsOf(window)
}

/** The ports that the status bar names once the hub runs. */
export function portsOf(window: EditorWindow): Promise<Ports> {
  return soon('the status bar names the ports', async () => {
    const text = await window
      .statusItem(/IoT \d+·\d+/)
      .innerText({ timeout: 1000 })
      .catch(() => '')
    const [, mqtt, mqtts] = /IoT (\d+)·(\d+)/.exec(text) ?? []
    return mqtt !== undefined && mqtts !== undefined && { mqtt: Number(mqtt), mqtts: Number(mqtts) }
  })
}
