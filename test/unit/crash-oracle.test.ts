import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Oracle } from '../crash/oracle.ts'

test('a number from the last acknowledged to the last sent is right if its version counts the writes', () => {
  const oracle = new Oracle()
  for (let count = 0; count < 5; count += 1) oracle.send('w')
  oracle.acknowledge('w', 3)
  assert.deepEqual(oracle.foundNumber('w', 4, 4), [])
  assert.equal(oracle.send('w'), 5, 'the writer goes on from what is stored')
  assert.deepEqual(oracle.foundNumber('nobody', 0, 0), [])
})

test('an acknowledged number that is gone, one that was never sent, and a version that does not count are losses', () => {
  const oracle = new Oracle()
  for (let count = 0; count < 5; count += 1) oracle.send('w')
  oracle.acknowledge('w', 4)
  assert.match(oracle.foundNumber('w', 3, 3).join(), /3 is stored, 4 was acknowledged/)
  assert.match(oracle.foundNumber('w', 6, 6).join(), /6 is stored, only 4 was sent/)
  assert.match(oracle.foundNumber('w', 6, 5).join(), /its version counts 5 writes, and there were 6/)
})

test('what was made must be there, what was deleted must not, and what nobody heard of may be either', () => {
  const oracle = new Oracle()
  const [made, unheard, deleted] = [oracle.newThing(), oracle.newThing(), oracle.newThing()]
  oracle.answered(made, true)
  oracle.answered(deleted, true)
  oracle.ask(deleted)
  oracle.answered(deleted, false)
  assert.deepEqual(oracle.things(), [made])
  assert.deepEqual(oracle.foundThings(new Set([made])), [])
  assert.match(oracle.foundThings(new Set([])).join(), /made-1 was made, and is not there/)
  assert.match(oracle.foundThings(new Set([deleted])).join(), /made-3 was deleted, and is there/)
  assert.match(oracle.foundThings(new Set(['made-9'])).join(), /made-9 is there, and nobody has made it/)
  assert.equal(unheard, 'made-2')
})

test('an acknowledged message must come, once; one whose receipt was not settled may come again', () => {
  const oracle = new Oracle()
  const [one, two, three] = [oracle.publish(), oracle.publish(), oracle.publish()]
  oracle.published(one)
  oracle.published(two)
  oracle.connected('s')
  assert.deepEqual(oracle.received('s', one), [])
  const settled = oracle.settling('s')
  // On its way when the hub was told: not part of it.
  assert.deepEqual(oracle.received('s', three), [])
  settled()
  assert.match(oracle.emptied('s').join(), /message 2 was acknowledged, and never came/)
  assert.match(oracle.received('s', three).join(), /came twice on one connection/)
  oracle.connected('s')
  assert.deepEqual(oracle.received('s', three), [], 'it was not settled')
  assert.match(oracle.received('s', one).join(), /came again after it was settled/)
  assert.match(oracle.received('s', 99).join(), /was never sent/)
  oracle.received('s', two)
  oracle.connected('s')
  assert.deepEqual(oracle.emptied('s'), [], 'received, and perhaps not to come again')
})
