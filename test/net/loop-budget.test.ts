import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { LoopBudget, type Lane, type Loop } from '../../src/net/loop-budget.ts'

/** An event loop that turns when told, and a clock in which everything takes its time. */
class SlowLoop implements Loop {
  time = 0
  #callbacks: (() => void)[] = []
  #soon: (() => void)[] = []

  now(): number {
    return this.time
  }

  next(callback: () => void): void {
    this.#callbacks.push(callback)
  }

  then(callback: () => void): void {
    this.#soon.push(callback)
  }

  turn(): void {
    for (const callback of this.#callbacks.splice(0)) callback()
    for (let callback = this.#soon.shift(); callback !== undefined; callback = this.#soon.shift()) callback()
  }
}

/** Clients that need so many milliseconds each, and who was served, in order. */
class Crowd {
  readonly loop = new SlowLoop()
  readonly budget = new LoopBudget(this.loop, 8, 100)
  readonly served: string[] = []

  come(name: string, ms: number, lane: Lane = 'in'): void {
    const serve = (): void => {
      this.served.push(name)
      this.loop.time += ms
    }
    if (this.budget.mayGo({ resume: serve }, lane)) serve()
  }

  all(count: number, ms: number, lane: Lane = 'in'): this {
    for (let index = 0; index < count; index += 1) this.come(`${lane} ${index}`, ms, lane)
    return this
  }

  /** Lets a connection in, which takes half a millisecond. */
  accept(): void {
    this.budget.cameIn()
    this.loop.time += 0.5
  }
}

const names = (lane: Lane, from: number, to: number): string[] => {
  const indices = Array.from({ length: to - from }, (_, i) => from + i)
  return indices.map((index) => `${lane} ${index}`)
}

describe('the pace of an event loop', () => {
  test('a few quick clients are all served in one turn', () => {
    assert.equal(new Crowd().all(7, 1).served.length, 7)
  })

  test('a crowd is served over several turns, each bounded, in its order, nobody twice', () => {
    const { loop, served } = new Crowd().all(35, 1)
    const perTurn = [served.length]
    while (served.length < 35) {
      loop.turn()
      perTurn.push(served.length)
    }
    assert.deepEqual(perTurn, [8, 16, 24, 32, 35])
    assert.deepEqual(served, names('in', 0, 35))
  })

  test('who comes while others wait goes behind them', () => {
    const crowd = new Crowd().all(12, 1)
    crowd.come('late', 1)
    crowd.loop.turn()
    assert.deepEqual(crowd.served.slice(8), [...names('in', 8, 12), 'late'])
  })

  test('after a quiet turn there is time again', () => {
    const crowd = new Crowd().all(8, 1)
    crowd.loop.turn()
    crowd.come('late', 1)
    assert.equal(crowd.served.at(-1), 'late')
  })

  test('one that takes too long is not cut off, but is the last of its turn', () => {
    assert.deepEqual(new Crowd().all(3, 500).served, ['in 0'])
  })

  test('what is done in promises counts against the turn in which it began', () => {
    const { loop, budget, served } = new Crowd().all(8, 1)
    const begin = (name: string) => (): void =>
      loop.then(() => {
        served.push(name)
        loop.time += 5
      })
    for (const name of ['a', 'b', 'c']) assert.equal(budget.mayGo({ resume: begin(name) }), false)
    loop.turn()
    assert.deepEqual(served.slice(8), ['a', 'b'])
    loop.turn()
    assert.deepEqual(served.slice(8), ['a', 'b', 'c'])
  })

  test('who is in does not wait for a crowd that comes or goes', () => {
    const crowd = new Crowd().all(5000, 1, 'door')
    crowd.loop.turn()
    assert.equal(crowd.served.length, 16)
    crowd.all(40, 1)
    for (let turn = 0; turn < 8; turn += 1) crowd.loop.turn()
    assert.equal(crowd.served.filter((name) => name.startsWith('in')).length, 40)
  })

  test('nor does the crowd wait for ever for those who are in', () => {
    const crowd = new Crowd().all(3, 1, 'door')
    crowd.loop.turn()
    for (let turn = 0; turn < 3; turn += 1) {
      crowd.all(20, 4).all(1, 1, 'door')
      crowd.loop.turn()
    }
    assert.equal(crowd.served.filter((name) => name.startsWith('door')).length, 6)
  })

  test('while connections come in, who is in waits until all are in', () => {
    const crowd = new Crowd()
    crowd.accept()
    crowd.come('first', 10)
    for (let turn = 0; turn < 50; turn += 1) {
      crowd.loop.turn()
      crowd.accept()
    }
    assert.deepEqual(crowd.served, [])
    crowd.loop.turn()
    crowd.loop.turn()
    assert.deepEqual(crowd.served, ['first'])
  })

  test('newcomers are served meanwhile', () => {
    const crowd = new Crowd()
    for (let turn = 0; turn < 50; turn += 1) {
      crowd.accept()
      crowd.come(`newcomer ${turn}`, 1, 'door')
      crowd.come('in', 1)
      crowd.loop.turn()
    }
    assert.equal(crowd.served.length, 50)
    assert.ok(crowd.served.every((name) => name.startsWith('newcomer')))
  })

  test('but for 100 ms only, then it is served in between', () => {
    const crowd = new Crowd()
    const waited = new Map<string, number>()
    for (let turn = 0; turn < 1000; turn += 1) {
      crowd.accept()
      const name = `turn ${turn}`
      crowd.come(name, 0.1)
      const came = crowd.loop.time
      waited.set(name, came)
      const before = crowd.served.length
      crowd.loop.turn()
      for (const one of crowd.served.slice(before)) waited.set(one, crowd.loop.time - waited.get(one)!)
    }
    const longest = Math.max(...crowd.served.map((name) => waited.get(name)!))
    assert.ok(longest >= 100 && longest < 130, `${longest} ms`)
    assert.ok(crowd.served.length > 700, `${crowd.served.length} served`)
  })

  test('of 600 connections that come at once none waits for as many turns of full length', () => {
    const crowd = new Crowd()
    let waiting = 600
    let requests = 0
    // Each asks again as soon as it is answered, as load generators do.
    const ask = (lane: Lane = 'in'): void => crowd.come(`request ${(requests += 1)}`, 1, lane)
    while (waiting > 0) {
      waiting -= 1
      crowd.accept()
      ask('door')
      const before = crowd.served.length
      crowd.loop.turn()
      for (let answered = crowd.served.length - before; answered > 0; answered -= 1) ask()
    }
    assert.ok(crowd.loop.time < 1300, `the last came in after ${crowd.loop.time} ms`)
  })
})
