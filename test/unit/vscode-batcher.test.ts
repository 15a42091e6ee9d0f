import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it, mock } from 'node:test'
import { Batcher } from '../../src/vscode/batcher.ts'

describe('Batcher', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }))
  afterEach(() => mock.timers.reset())

  const settled = () => new Promise((resolve) => setImmediate(resolve))

  function gathering() {
    const lots: string[][] = []
    const releases: (() => void)[] = []
    const batcher = new Batcher<string>((things) => {
      lots.push([...things])
      return new Promise((resolve) => releases.push(resolve))
    }, 150)
    const release = async () => {
      releases.shift()?.()
      await settled()
    }
    return { batcher, lots, release }
  }

  it('hands on everything of 150 milliseconds at once, each thing once', () => {
    const { batcher, lots } = gathering()
    for (const thing of ['a', 'b', 'a']) batcher.add(thing)
    mock.timers.tick(149)
    assert.deepEqual(lots, [])
    mock.timers.tick(1)
    assert.deepEqual(lots, [['a', 'b']])
  })

  it('never works on two lots at a time, and loses nothing in between', async () => {
    const { batcher, lots, release } = gathering()
    batcher.add('a')
    mock.timers.tick(150)
    batcher.add('b')
    mock.timers.tick(1000)
    assert.deepEqual(lots, [['a']])
    await release()
    mock.timers.tick(1000)
    assert.deepEqual(lots, [['a'], ['b']])
  })

  it('forgets what somebody has looked at meanwhile', () => {
    const { batcher, lots } = gathering()
    batcher.add('a')
    batcher.clear()
    mock.timers.tick(150)
    batcher.pause(true)
    batcher.add('b')
    batcher.pause(false, 50)
    mock.timers.tick(49)
    assert.deepEqual(lots, [])
    mock.timers.tick(1)
    assert.deepEqual(lots, [['b']])
  })

  it('keeps what comes while nobody looks, and hands it on as soon as somebody does', () => {
    const { batcher, lots } = gathering()
    batcher.pause(true)
    batcher.add('a')
    mock.timers.tick(1000)
    assert.deepEqual(lots, [])
    batcher.pause(false)
    mock.timers.tick(0)
    assert.deepEqual(lots, [['a']])
  })

  it('goes on after work that failed', async () => {
    let tries = 0
    const batcher = new Batcher<string>(() => {
      tries += 1
      return Promise.reject(new Error('no'))
    })
    batcher.add('a')
    mock.timers.tick(150)
    await settled()
    batcher.add('b')
    mock.timers.tick(1000)
    assert.equal(tries, 2)
  })

  it('does nothing more once disposed', () => {
    const { batcher, lots } = gathering()
    batcher.add('a')
    batcher.dispose()
    mock.timers.tick(1000)
    assert.deepEqual(lots, [])
  })
})
