import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { basename } from 'node:path'
import { test } from 'node:test'
import { portOwner } from '../../src/net/port-owner.ts'

test('the owner of a port is told by its program, whatever its threads call themselves', async () => {
  // Node 24 names its first thread like this by itself.
  const program = `process.title = 'MainThread'
    const server = require('node:net').createServer().listen(0, '127.0.0.1', () => console.log(server.address().port))`
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [port] = (await once(child.stdout, 'data')) as [Buffer]
    assert.equal(await portOwner(Number(port.toString())), `${basename(process.execPath)} (pid ${child.pid})`)
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  assert.equal(await portOwner(1), undefined)
})
