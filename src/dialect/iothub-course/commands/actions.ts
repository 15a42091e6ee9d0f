import type { DeviceAction } from '../../device-action.ts'
import { tellDevice } from '../mqtt/downlink.ts'
import { checkSegment } from '../http/params.ts'
import { addressOf } from '../wire/names.ts'

/** What people do with a device of the course by hand [iothub 7]. */
export const actions: DeviceAction[] = [
  {
    id: 'command',
    title: 'Send a command',
    input: [
      { name: 'command', title: 'Command', about: 'its name, a level of a topic', type: 'text', default: 'reboot' },
      { name: 'data', title: 'Data', about: 'what goes with it', type: 'text', default: '' },
    ],
    run(ctx, device, { command, data }) {
      const instruction = { command: checkSegment('command', String(command)), data: String(data) }
      tellDevice(ctx, addressOf(device), instruction, '[iothub 7] command')
      return 'The command is on its way.'
    },
  },
]
