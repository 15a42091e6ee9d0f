import { setTimeout as pause } from 'node:timers/promises'
import type { Change } from '../shared/api.ts'
import type { Remote } from './remote-api.ts'

/** The hub is heard of every 15 seconds at least; after so long a silence the way to it is taken for cut. */
const SILENCE_MS = 40_000
/** How long to wait before each new attempt, in milliseconds; after the last one the hub counts as lost. */
const ATTEMPTS_MS = [100, 300, 1000, 2000, 4000]

/**
 * How it ended with a hub: it was stopped; its process ends and somebody else may take its place; it cannot be reached
 * any more; or we have left.
 */
export type StreamEnd = 'stopped' | 'handedOver' | 'lost' | 'left'

export interface Listening {
  ended: Promise<StreamEnd>
  leave(): void
}

/**
 * Hears what changes in a hub in another process, and connects again where the way to it is cut. Resolves once it is
 * heard.
 */
export async function listenTo(
  remote: Remote,
  tell: (change: Change) => void,
  attempts: readonly number[] = ATTEMPTS_MS,
): Promise<Listening> {
  const leaving = new AbortController()
  const first = await connect(remote, leaving.signal)
  return {
    ended: listen(first, tell, leaving.signal, () => again(remote, leaving.signal, attempts)),
    leave: () => leaving.abort(),
  }
}

interface Stream {
  reader: ReadableStreamDefaultReader<Uint8Array>
  /** Ends it, whoever may be reading. */
  cut(): void
}

async function connect({ url, token }: Remote, leaving: AbortSignal): Promise<Stream> {
  const asking = new AbortController()
  const giveUp = (): void => asking.abort()
  leaving.addEventListener('abort', giveUp, { once: true })
  const response = await fetch(`${url}/hub/events`, {
    headers: { authorization: `Bearer ${token}` },
    redirect: 'error',
    signal: asking.signal,
  }).finally(() => leaving.removeEventListener('abort', giveUp))
  if (!response.ok || response.body === null) {
    asking.abort()
    throw new Error(`${url}/hub/events was answered with ${response.status}`)
  }
  // Once it answers, fetch keeps its signal no longer than the garbage is collected: then only the reader can end it.
  const reader = response.body.getReader()
  const cut = (): void => {
    leaving.removeEventListener('abort', cut)
    void reader.cancel().catch(() => undefined)
  }
  leaving.addEventListener('abort', cut)
  if (leaving.aborted) cut()
  return { reader, cut }
}

async function listen(
  first: Stream,
  tell: (change: Change) => void,
  leaving: AbortSignal,
  retry: () => Promise<Stream | undefined>,
): Promise<StreamEnd> {
  for (let stream: Stream | undefined = first; stream !== undefined;) {
    const how = await read(stream, tell).catch(() => 'cut' as const)
    stream.cut()
    if (leaving.aborted) return 'left'
    if (how !== 'cut') return how
    stream = await retry()
    // What happened in between nobody has told.
    if (stream !== undefined) tell({ type: 'clock' })
  }
  return leaving.aborted ? 'left' : 'lost'
}

async function again(remote: Remote, leaving: AbortSignal, attempts: readonly number[]): Promise<Stream | undefined> {
  for (const wait of attempts) {
    try {
      await pause(wait, undefined, { signal: leaving })
      return await connect(remote, leaving)
    } catch {
      if (leaving.aborted) return undefined
    }
  }
  return undefined
}

/** Reads server-sent events until they end. */
async function read(
  { reader, cut }: Stream,
  tell: (change: Change) => void,
): Promise<'stopped' | 'handedOver' | 'cut'> {
  const decoder = new TextDecoder()
  let text = ''
  const silence = setTimeout(cut, SILENCE_MS).unref()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return 'cut'
      silence.refresh()
      const blocks = (text + decoder.decode(value, { stream: true })).split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        if (block.startsWith('event: stop')) return 'stopped'
        if (block.startsWith('event: handover')) return 'handedOver'
        if (block.startsWith('data: '))
          for (const change of JSON.parse(block.slice('data: '.length)) as Change[]) tell(change)
      }
    }
  } finally {
    clearTimeout(silence)
  }
}
