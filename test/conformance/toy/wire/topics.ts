/** What a toy says about itself; `-` in place of its name is the toy whose connection it is. */
type Said =
  | { verb: 'hello' | 'state' | 'note' }
  | { verb: 'report'; job: string; attempt: number }
  | { verb: 'answer'; question: string }
  | { verb: 'song'; song: string; offset: number }
  | { verb: 'diary'; offset: number }

/** What a toy is told. */
type Told =
  | { verb: 'work'; job: string; attempt: number }
  | { verb: 'question'; question: string }
  | { verb: 'mail'; letter: string }
  | { verb: 'wish' }
  | { verb: 'sound'; song: string; offset: number }
  | { verb: 'kept'; offset: number }

const SHAPES: Record<(Said | Told)['verb'], readonly string[]> = {
  hello: [],
  state: [],
  note: [],
  report: ['job', 'attempt'],
  answer: ['question'],
  work: ['job', 'attempt'],
  question: ['question'],
  mail: ['letter'],
  wish: [],
  song: ['song', 'offset'],
  diary: ['offset'],
  sound: ['song', 'offset'],
  kept: ['offset'],
}

/** What needs a file before it can be decided. */
export type FileTopic = ToyTopic & { verb: 'song' | 'diary' }

export const isAboutFile = (topic: ToyTopic): topic is FileTopic => topic.verb === 'song' || topic.verb === 'diary'

export type ToyTopic = { device: string } & (Said | Told)

/** `toy/{device}/{verb}/…` taken apart; `undefined` for a topic that is none of Toyland's. */
export function parseTopic(topic: string): ToyTopic | undefined {
  const [root, device, verb = '', ...levels] = topic.split('/')
  const shape = Object.hasOwn(SHAPES, verb) ? SHAPES[verb as keyof typeof SHAPES] : undefined
  if (root !== 'toy' || !device || shape?.length !== levels.length || levels.includes('')) return undefined
  const parsed: Record<string, string | number> = { device, verb }
  for (const [index, name] of shape.entries()) {
    const level = levels[index]!
    const isNumber = name === 'attempt' || name === 'offset'
    if (isNumber && !/^\d{1,12}$/.test(level)) return undefined
    parsed[name] = isNumber ? Number(level) : level
  }
  return parsed as ToyTopic
}

/** The inverse of `parseTopic`. */
export function formatTopic({ device, verb, ...rest }: ToyTopic): string {
  const values = rest as Record<string, string | number>
  return ['toy', device, verb, ...SHAPES[verb].map((name) => String(values[name]))].join('/')
}
