import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChangeFeed } from '../../src/hub/change-feed.ts'
import { EventFeed } from '../../src/hub/event-feed.ts'

test('changes are gathered for a tenth of a second, told once each and in order; silence is told too', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  const changes = new ChangeFeed()
  const feed = new EventFeed(changes)
  const reader = feed.open()
  const read = (): string => String(reader.read() ?? '')
  assert.equal(read(), ': welcome\n\n')
  changes.emit({ type: 'device', key: 'x/1' })
  changes.emit({ type: 'job', key: 'x/j' })
  changes.emit({ type: 'device', key: 'x/1' })
  t.mock.timers.tick(99)
  assert.equal(read(), '')
  t.mock.timers.tick(1)
  assert.equal(read(), 'data: [{"type":"device","key":"x/1"},{"type":"job","key":"x/j"}]\n\n')
  changes.emit({ type: 'device', key: 'x/1' })
  t.mock.timers.tick(100)
  assert.equal(read(), 'data: [{"type":"device","key":"x/1"}]\n\n')
  t.mock.timers.tick(15_000)
  assert.equal(read(), ': still here\n\n')
  feed.close()
})

test('at the end the rest is told, then that it was the end, also to who comes later', async () => {
  const changes = new ChangeFeed()
  const feed = new EventFeed(changes)
  const reader = feed.open()
  changes.emit({ type: 'notice' })
  feed.close()
  const all = async (stream: NodeJS.ReadableStream): Promise<string> => {
    let text = ''
    for await (const chunk of stream) text += String(chunk)
    return text
  }
  assert.equal(await all(reader), ': welcome\n\ndata: [{"type":"notice"}]\n\nevent: stop\ndata: {}\n\n')
  assert.equal(await all(feed.open()), 'event: stop\ndata: {}\n\n')
})

test('without readers nobody listens, and a reader that does not read is let go', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  const changes = new ChangeFeed()
  let listeners = 0
  const feed = new EventFeed({
    on: (listener) => {
      listeners += 1
      const off = changes.on(listener)
      return () => {
        listeners -= 1
        off()
      }
    },
  })
  assert.equal(listeners, 0)
  const [first, second] = [feed.open(), feed.open()]
  assert.equal(listeners, 1)
  first.destroy()
  const closed = new Promise((resolve) => second.once('close', resolve))
  const long = 'x'.repeat(9 * 1024 * 1024)
  changes.emit({ type: 'device', key: long })
  t.mock.timers.tick(100)
  changes.emit({ type: 'notice' })
  t.mock.timers.tick(100)
  await closed
  assert.equal(listeners, 0)
  feed.close()
})
