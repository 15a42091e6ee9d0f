import type { ExampleCaller, ExampleRequest, Examples } from '../../../src/dialect/examples.ts'

const CALLER: ExampleCaller = { headers: { 'x-toyland': 'any' } }

const named = (Action: string): Partial<ExampleCaller> => ({ query: { Action } })

const call = (action: string, body: object): ExampleRequest => ({
  ...CALLER,
  ...named(action),
  method: 'POST',
  path: '/',
  body,
})

/** Toys in Toyland's own words, for the conformance suite. */
export const examples: Examples = {
  inapplicable: {
    listeners: 'every client of Toyland is a toy',
    query: 'Toyland has no query language',
  },
  callers: [CALLER],
  names: named,
  says: (device, n) => [
    { topic: `toy/${device}/state`, payload: JSON.stringify({ n }), qos: 1 },
    { topic: `toy/${device}/note`, payload: String(n), qos: 1 },
  ],
  hears: (device) => [`toy/${device}/#`],
  overhears: (device) => [`toy/${device}/#`, 'toy/+/mail/+', `toy/${device}/work/+/+`],
  requests: (device, job) => [`toy/${device}/report/${job}/1`, `toy/${device}/state`],
  unknown: (device) => [`toy/${device}`, `toy/${device}/nothing`, `toy/${device}/report/a/0`, `toy/${device}/wish`],
  anonymous: { message: { topic: 'toy/-/state', payload: '{"mood":"fine"}', qos: 1 }, reported: { mood: 'fine' } },
  mail: (_, to, n) => ({ filters: [], send: call('SendMail', { Name: to, Text: `mail ${n}` }) }),
  retained: (device) => ({
    message: { topic: `toy/${device}/note`, payload: 'kept', qos: 1, retain: true },
    filter: `toy/${device}/note`,
  }),
  membership: (device) => ({
    group: 'window',
    join: [call('PutOnShelf', { Name: device, Shelf: 'window' })],
    leave: [call('TakeFromShelf', { Name: device, Shelf: 'window' })],
  }),
  waiting: (device) => call('AskToy', { Name: device, Text: 'How are you?' }),
}
