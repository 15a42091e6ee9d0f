import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Lock, type LockWorld } from '../../src/store/lock.ts'
import { isAlive, isSameHost, thisProcess, type Process } from '../../src/store/process-host.ts'
import { openStore } from '../../src/store/store.ts'
import { temporaryDirectory } from './store-kit.ts'

const locksIn = (directory: string): string[] => readdirSync(directory).filter((name) => name.startsWith('hub.lock.'))

const host: Process = { pid: 100, started: '7', host: 'laptop', boot: 'boot-1', pids: 'pid:[1]' }
const container: Process = { pid: 1, started: '9', host: 'box', boot: 'boot-1', pids: 'pid:[2]' }

/** A process that looks at the directory from its place; time passes only there. */
function from(self: Process, living: Process[], whilePausing: () => void = () => {}): LockWorld & { waited(): number } {
  let waited = 0
  return {
    self,
    isAlive: ({ pid, started }) => living.some((one) => one.pid === pid && one.started === started),
    pause: (ms) => {
      waited += ms
      whilePausing()
      return Promise.resolve()
    },
    waited: () => waited,
  }
}

/** What a hub does twice a second. */
const showLife = (directory: string, name: string): void => {
  const { mtimeMs } = statSync(join(directory, name))
  utimesSync(join(directory, name), mtimeMs / 1000 + 0.5, mtimeMs / 1000 + 0.5)
}

test('a second hub on one directory is refused, naming process and directory, until the first closes', async (t) => {
  const directory = temporaryDirectory(t)
  const first = await openStore({ directory })
  await assert.rejects(openStore({ directory }), (error: Error) => {
    assert.equal((error as { code?: string }).code, 'LOCKED')
    return error.message.includes(`process ${process.pid}`) && error.message.includes(directory)
  })
  await first.close()
  assert.deepEqual(locksIn(directory), [])
  await (await openStore({ directory })).close()
})

test('a live process of the same place is asked for by its pid: it may be silent as long as it likes', async (t) => {
  const directory = temporaryDirectory(t)
  await Lock.take(directory, from(host, [host]))
  const [name] = locksIn(directory)
  const other = from({ ...host, pid: 101 }, [host])
  await assert.rejects(Lock.take(directory, other), { code: 'LOCKED', message: new RegExp(`process 100;.*${name}`) })
  assert.equal(other.waited(), 0)
  assert.deepEqual(locksIn(directory), [name])
})

test('locks of the dead of the same place are removed at once, also if their pid lives again', async (t) => {
  const directory = temporaryDirectory(t)
  await Lock.take(directory, from(host, []))
  const other = from({ ...host, started: '8' }, [{ ...host, started: '8' }])
  const lock = await Lock.take(directory, other)
  assert.deepEqual([other.waited(), locksIn(directory).length, lock.passedOver], [0, 1, false])
})

test('where starts are not told, a lock from before this boot is not that of whoever has its pid now', async (t) => {
  const directory = temporaryDirectory(t)
  const old = { pid: 100, host: 'laptop' }
  await Lock.take(directory, from(old, [old]))
  await assert.rejects(Lock.take(directory, from({ ...old, pid: 101 }, [old])), { code: 'LOCKED' })
  const [name] = locksIn(directory)
  utimesSync(join(directory, name!), 1, 1)
  await Lock.take(directory, from({ ...old, pid: 101 }, [old]))
})

for (const [what, inside] of [
  ['container', container],
  ['machine', { ...host, host: 'desk', boot: 'boot-2' }],
] as const) {
  test(`a hub in another ${what} is never judged by its pid: it holds its lock as long as it shows life`, async (t) => {
    const directory = temporaryDirectory(t)
    await Lock.take(directory, from(inside, [inside]))
    const [name] = locksIn(directory)
    // The pid lives in neither place, or in both: it does not matter.
    for (const living of [[], [{ ...inside }]]) {
      let steps = 0
      const other = from(host, living, () => (steps += 1) === 3 && showLife(directory, name!))
      await assert.rejects(Lock.take(directory, other), {
        code: 'LOCKED',
        message: new RegExp(`process ${inside.pid} on ${inside.host}, in another container or on another machine`),
      })
      assert.ok(other.waited() < 2000)
    }
    assert.deepEqual(locksIn(directory), [name])
  })

  test(`a crash in another ${what} blocks nobody for longer than a few seconds`, async (t) => {
    const directory = temporaryDirectory(t)
    await Lock.take(directory, from(inside, [inside]))
    const other = from(host, [inside, host])
    const lock = await Lock.take(directory, other)
    assert.ok(other.waited() >= 5000 && other.waited() <= 10_000)
    assert.equal(lock.passedOver, true, 'it may yet wake up')
    assert.equal(locksIn(directory).length, 1)
  })
}

test('who watches another shows life itself, so that of two who start at once at most one goes on', async (t) => {
  const directory = temporaryDirectory(t)
  const outcomes = await Promise.allSettled(
    [host, container].map((self) =>
      Lock.take(directory, { ...from(self, [self]), pause: (ms) => new Promise((go) => setTimeout(go, ms / 10)) }),
    ),
  )
  assert.ok(outcomes.filter(({ status }) => status === 'fulfilled').length <= 1)
})

test('a holder shows life only while somebody watches: an idle hub leaves its folder alone', async (t) => {
  const directory = temporaryDirectory(t)
  const lock = await Lock.take(directory, from(host, [host]))
  const [name = ''] = locksIn(directory)
  const touched = async (): Promise<boolean> => {
    utimesSync(join(directory, name), 1, 1)
    await lock.look()
    return statSync(join(directory, name)).mtimeMs !== 1000
  }
  assert.equal(await touched(), false)
  const other = { ...from(container, [container]), pause: () => lock.look() }
  utimesSync(join(directory, name), 1, 1)
  await assert.rejects(Lock.take(directory, other), { code: 'LOCKED' })
  assert.equal(await touched(), false)
})

test('a copy of a directory in use is not in use', async (t) => {
  const root = temporaryDirectory(t)
  const [directory, copy] = [join(root, 'original'), join(root, 'copy')]
  mkdirSync(directory)
  await Lock.take(directory, from(host, [host]))
  cpSync(directory, copy, { recursive: true })
  await Lock.take(copy, from({ ...host, pid: 101 }, [host]))
  assert.equal(locksIn(copy).length, 1)
})

test('a hub that was taken for dead sees it as soon as it looks again', async (t) => {
  const directory = temporaryDirectory(t)
  const first = await Lock.take(directory, from(container, [container]))
  assert.equal(await first.look(), true)
  await Lock.take(directory, from(host, [host]))
  assert.equal(await first.look(), false)
  const back = from(container, [container])
  const [name] = locksIn(directory)
  back.pause = () => Promise.resolve(showLife(directory, name!))
  const again = await Lock.take(directory, back).catch((error: unknown) => error)
  assert.equal((again as { code?: string }).code, 'LOCKED')
})

test('a lock that is half written, or of another release, holds as long as it shows life', async (t) => {
  const directory = temporaryDirectory(t)
  const name = 'hub.lock.4711-1'
  writeFileSync(join(directory, name), '')
  await assert.rejects(
    Lock.take(
      directory,
      from(host, [], () => showLife(directory, name)),
    ),
    { code: 'LOCKED' },
  )
  await Lock.take(directory, from(host, []))
  assert.ok(!locksIn(directory).includes(name))
})

test('places are told apart by boot and namespace, and by their names only where there is nothing else', () => {
  assert.equal(isSameHost(host, { ...host, host: 'renamed' }), true)
  assert.equal(isSameHost(host, container), false)
  assert.equal(isSameHost(host, { ...host, boot: 'boot-2' }), false)
  assert.equal(isSameHost({ host: 'mac' }, { host: 'mac' }), true)
  assert.equal(isSameHost({ host: 'mac' }, { host: 'other' }), false)
  assert.equal(isSameHost({ host: 'mac' }, { host: 'mac', boot: 'boot-1' }), false)
})

test("a process that is somebody else's is alive, and one that has ended is not", (t) => {
  assert.equal(isAlive(thisProcess()), true)
  assert.equal(isAlive({ pid: spawnSync(process.execPath, ['-e', '']).pid }), false)
  t.mock.method(process, 'kill', () => {
    throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' })
  })
  assert.equal(isAlive({ pid: 4711 }), true)
})

// Other systems tell neither a zombie from a live process, nor when a process has begun.
if (process.platform === 'linux') {
  test('a killed process that nobody has waited for is dead; so is one whose pid was given anew', async (t) => {
    // The shell becomes `sleep`, which knows nothing of its child.
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'])
    t.after(() => parent.kill('SIGKILL'))
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(line)
    assert.equal(isAlive({ pid }), true)
    assert.equal(isAlive({ pid, started: '1' }), false)
    process.kill(pid, 'SIGKILL')
    while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')))
      await new Promise((resolve) => setImmediate(resolve))
    assert.equal(isAlive({ pid }), false)
  })
}

test('a store that cannot be opened gives the directory free', async (t) => {
  const directory = temporaryDirectory(t)
  writeFileSync(
    join(directory, 'hub.jsonl'),
    '{"format":"local-iot-hub","file":"snapshot","version":99,"generation":1}\n',
  )
  await assert.rejects(openStore({ directory }), { code: 'NEWER_VERSION' })
  assert.deepEqual(readdirSync(directory), ['hub.jsonl'])
})

/**
 * How a process is begun that can see no pid of ours, and whose pid means nothing to us: by root, or where users may
 * have namespaces.
 */
const ways = [[], ['--user', '--map-root-user']].map((more) => ['unshare', ...more, '--pid', '--fork', '--mount-proc'])
const apart = ways.find(
  ([command = '', ...args]) => spawnSync(command, [...args, 'true'], { stdio: 'ignore' }).status === 0,
)

if (apart !== undefined) {
  test('two PID namespaces: one hub at a time, and after a crash in one the other takes over', async (t) => {
    const directory = temporaryDirectory(t)
    const [command = '', ...args] = [
      ...apart,
      process.execPath,
      '--import',
      'tsx',
      join(import.meta.dirname, 'store-child.ts'),
      directory,
    ]
    const outer = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] })
    // `unshare` waits for its child, which is the namespace's first process: with it, the namespace ends.
    const inner = (): number => Number(readFileSync(`/proc/${outer.pid}/task/${outer.pid}/children`, 'utf8'))
    t.after(() => outer.exitCode === null && process.kill(inner(), 'SIGKILL'))
    await once(outer.stdout, 'data')
    outer.stdout.resume()
    await assert.rejects(openStore({ directory }), {
      code: 'LOCKED',
      message: /in another container or on another machine/,
    })
    process.kill(inner(), 'SIGKILL')
    await once(outer, 'exit')
    const store = await openStore({ directory })
    assert.ok(store.table('things').size > 0)
    await store.close()
  })
} else {
  test('nobody may make PID namespaces here: that two of them exclude each other rests on the tests above', (t) => {
    t.diagnostic('unshare --pid is refused; the tests with places of our making have judged the rule')
  })
}
