import mqtt from 'mqtt'
import { story } from '../vscode/rig/story.ts'
import { freePorts, startHub } from './hub.ts'
import { JobEditor } from './job-editor.ts'
import { ProgressPanel } from './progress-panel.ts'

const DEVICE = 'Laundry/washer'

// The editor names no cloud: what it shows of this one comes through the dialect's contract alone.
story(
  'a device of another cloud appears, and its upgrade is created and watched like any other',
  async ({ window }) => {
    const ports = await startHub(window)
    const device = await mqtt.connectAsync(`mqtt://127.0.0.1:${ports.mqtt}`, {
      clientId: DEVICE,
      username: DEVICE,
      password: 'quite-secret',
      clean: false,
    })
    device.on('message', (topic, payload) => {
      if (!topic.startsWith(`cmd/${DEVICE}/$ota_upgrade/`)) return
      const { version, type } = JSON.parse(payload.toString()) as { version: string; type: string }
      device.publish(
        `update_ota_status/${DEVICE}/${'a'.repeat(24)}`,
        JSON.stringify({ version, type, progress: 40, desc: 'download' }),
        { qos: 1 },
      )
      device.publish(`update_status/${DEVICE}/${'b'.repeat(24)}`, JSON.stringify({ firmware_ver: version }), { qos: 1 })
    })
    try {
      await window.treeItem(`Device ${DEVICE} is online`).waitFor()
      await window.screenshot('second-cloud-tree')

      await window.runCommand('IoT Hub: Create Job')
      const editor = await JobEditor.in(window)
      await editor.frame.getByRole('combobox', { name: 'Cloud' }).click()
      await editor.frame.getByRole('option', { name: 'IotHub' }).click()
      await editor.name.fill('upgrade-1')
      await editor.chooseDevice(DEVICE)
      await editor.writeDocument('{ "url": 5 }')
      await editor.squiggles.first().waitFor()
      await editor.useTemplate('Upgrade the firmware')
      await editor.ready()
      await window.screenshot('second-cloud-job')
      await editor.create.click()

      const panel = await ProgressPanel.in(window)
      await panel.reaches(100)
      await panel.row(DEVICE).getByText('succeeded').waitFor()
      await window.screenshot('second-cloud-progress')
    } finally {
      await device.endAsync(true)
    }
  },
  { workspaceSettings: freePorts, timeout: 180_000 },
)
