import { setTimeout as pause } from 'node:timers/promises'
import type { Change } from '../shared/api.ts'
import type { Remote } from './remote-api.ts'

/** The hub is heard of every 15 seconds at least; after so long a silence the way to it is taken for cut. */
const SILENCE_MS = 40_000
/** How long to wait before each new attempt, in milliseconds; after the last one the hub counts as lost. */
const ATTEMPTS_MS = [100, 300, 1000, 2000, 4000]

export interface Listening {
  /** Resolves when the hub has said that it stops, or cannot be reached any more, or when `leave` was called. */
  ended: Promise<'lost' | 'left'>
  leave(): void
}

/** Hears what changes in a hub in another process, and connects again where the way to it is cut. Resolves once it is heard. */
export async function listenTo(remote: Remote, tell: (change: Change) => void, attempts: readonly number[] = ATTEMPTS_MS): Promise<Listening> {
  const leaving = new AbortController()
  const first = await connect(remote, leaving.signal)
  return { ended: listen(first, tell, leaving.signal, () => again(remote, leaving.signal, attempts)), leave: () => leaving.abort() }
}

interface Stream {
  chunks: AsyncIterable<Uint8Array>
  cut: AbortController
}

async function connect({ url, token }: Remote, leaving: AbortSignal): Promise<Stream> {
  const cut = new AbortController()
  const response = await fetch(`${url}/hub/events`, {
    headers: { authorization: `Bearer ${token}` },
    redirect: 'error',
    signal: AbortSignal.any([leaving, cut.signal]),
  })
  if (!response.ok || response.body === null) {
    cut.abort()
    throw new Error(`${url}/hub/events was answered with ${response.status}`)
  }
  return { chunks: response.body, cut }
}

async function listen(first: Stream, tell: (change: Change) => void, leaving: AbortSignal, retry: () => Promise<Stream | undefined>): Promise<'lost' | 'left'> {
  for (let stream: Stream | undefined = first; stream !== undefined; ) {
    const how = await read(stream, tell).catch(() => 'cut' as const)
    stream.cut.abort()
    if (leaving.aborted) return 'left'
    if (how === 'stopped') return 'lost'
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
async function read({ chunks, cut }: Stream, tell: (change: Change) => void): Promise<'stopped' | 'cut'> {
  const decoder = new TextDecoder()
  let text = ''
  const silence = setTimeout(() => cut.abort(), SILENCE_MS).unref()
  try {
    for await (const chunk of chunks) {
      silence.refresh()
      const blocks = (text + decoder.decode(chunk, { stream: true })).split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        if (block.startsWith('event: stop')) return 'stopped'
        if (block.startsWith('data: ')) for (const change of JSON.parse(block.slice('data: '.length)) as Change[]) tell(change)
      }
    }
    return 'cut'
  } finally {
    clearTimeout(silence)
  }
}
