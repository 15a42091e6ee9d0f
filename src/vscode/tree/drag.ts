import { commands as editor, DataTransferItem, Uri, type DataTransfer, type TreeDragAndDropController } from 'vscode'
import { commands } from '../commands.ts'
import { isJobFile } from '../job-editor/job-file.ts'
import type { TreeNode } from './node.ts'
import { DeviceNode } from './nodes/device.ts'
import { JobNode } from './nodes/job.ts'

/** Devices on their way, as a JSON array of their keys. */
const devicesType = 'application/vnd.local-iot-hub.devices'

const filesType = 'text/uri-list'

/**
 * Devices can be taken from their tree, and a job's file dropped on one; beside them it is opened. Each drop is a
 * command that also asks by keyboard.
 */
export const devicesDrag: TreeDragAndDropController<TreeNode> = {
  dragMimeTypes: [devicesType],
  dropMimeTypes: [filesType],
  handleDrag(nodes, transfer) {
    const keys = nodes.filter((node) => node instanceof DeviceNode).map(({ view }) => view.key)
    if (keys.length > 0) transfer.set(devicesType, new DataTransferItem(JSON.stringify(keys)))
  },
  async handleDrop(target, transfer) {
    const device = upwards(target, (node) => node instanceof DeviceNode)
    const [file] = await filesIn(transfer)
    if (file === undefined) return
    if (device === undefined) await editor.executeCommand(commands.createJobFromFile, file)
    else await editor.executeCommand(commands.createJobFromFileForDevice, device.view.key, file)
  },
}

/** Devices dropped on a job get one like it, beside all jobs a new one; a job's file is opened. */
export const jobsDrop: TreeDragAndDropController<TreeNode> = {
  dragMimeTypes: [],
  dropMimeTypes: [devicesType, filesType],
  async handleDrop(target, transfer) {
    const devices = await devicesIn(transfer)
    const job = upwards(target, (node) => node instanceof JobNode)
    const [file] = await filesIn(transfer)
    if (devices.length > 0)
      await editor.executeCommand(
        job === undefined ? commands.createJob : commands.createJobLike,
        ...(job === undefined ? [devices] : [job.view.key, devices]),
      )
    else if (file !== undefined) await editor.executeCommand(commands.createJobFromFile, file)
  },
}

function upwards<T extends TreeNode>(from: TreeNode | undefined, is: (node: TreeNode) => node is T): T | undefined {
  for (let node = from; node !== undefined; node = node.parent) if (is(node)) return node
  return undefined
}

async function devicesIn(transfer: DataTransfer): Promise<string[]> {
  // The browser's own transfer has the type too, with nothing in it, and comes first.
  const texts = await Promise.all(
    [...transfer].filter(([type]) => type === devicesType).map(([, item]) => item.asString()),
  )
  return texts.flatMap((text) => (text === '' ? [] : (JSON.parse(text) as string[])))
}

async function filesIn(transfer: DataTransfer): Promise<Uri[]> {
  const text = (await transfer.get(filesType)?.asString()) ?? ''
  const lines = text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'))
  return lines.map((line) => Uri.parse(line)).filter(isJobFile)
}
