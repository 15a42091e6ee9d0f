import type { Capability } from '../../../src/dialect/capability.ts'
import { http } from './http/front.ts'

const modelled = (area: string, ...items: string[]): Capability[] =>
  items.map((item) => ({ area, item, state: 'modelled' }))

/** What the hub makes of Toyland. */
export const capability: Capability[] = [
  ...modelled(
    'MQTT',
    'Token',
    'Certificates of factories',
    'The fair',
    'Work',
    'State and wishes',
    'Mail',
    'Questions',
    'Notes',
    'Songs and diaries',
  ),
  ...modelled('Post', 'Letters and what becomes of them', 'Heartbeats'),
  ...modelled('API', ...new Set(http.routes.map(({ operation }) => operation))),
]
