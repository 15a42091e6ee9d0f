import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Pacer, type Loop } from '../../src/broker/pace.ts'

/** An event loop that turns when told, and a clock in which every read takes its time. */
class SlowLoop implements Loop {
  time = 0
  #callbacks: (() => void)[] = []

  now(): number {
    return this.time
  }

  next(callback: () => void): void {
    this.#callbacks.push(callback)
  }

  turn(): void {
    for (const callback of this.#callbacks.splice(0)) callback()
  }
}

/** Readers that need so many milliseconds each, and what was read, in order. */
function crowd(count: number, ms: number) {
  const loop = new SlowLoop()
  const pacer = new Pacer(loop, 8)
  const read: number[] = []
  const attempt = (index: number): void => {
    const reader = { resume: () => attempt(index) }
    if (!pacer.mayRead(reader)) return
    read.push(index)
    loop.time += ms
  }
  for (let index = 0; index < count; index += 1) attempt(index)
  return { loop, read, attempt }
}

test('a few quick readers are all served in one turn', () => {
  assert.equal(crowd(7, 1).read.length, 7)
})

test('a crowd is served over several turns, each bounded, in its order, nobody twice', () => {
  const { loop, read } = crowd(35, 1)
  const perTurn = [read.length]
  while (read.length < 35) {
    loop.turn()
    perTurn.push(read.length)
  }
  assert.deepEqual(perTurn, [8, 16, 24, 32, 35])
  assert.deepEqual(read, Array.from({ length: 35 }, (_, index) => index))
})

test('who comes while others wait goes behind them', () => {
  const { loop, read, attempt } = crowd(12, 1)
  attempt(99)
  loop.turn()
  assert.deepEqual(read.slice(8), [8, 9, 10, 11, 99])
})

test('after a quiet turn there is time again', () => {
  const { loop, read, attempt } = crowd(8, 1)
  loop.turn()
  attempt(50)
  assert.equal(read.at(-1), 50)
})

test('one read that takes too long is not cut off, but is the last of its turn', () => {
  assert.deepEqual(crowd(3, 500).read, [0])
})
