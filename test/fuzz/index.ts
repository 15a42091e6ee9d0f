// Hostile input for as long as one likes: `npm run fuzz -- --minutes 10 [--inputs 500000] [--seed 7]`. Says its seed,
// so that a failure can be played again.
import { parseArgs } from 'node:util'
import { fuzz } from './fuzz.ts'
import type { Health } from './hub-process.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string' }, inputs: { type: 'string' }, seed: { type: 'string' } },
})
const seed = Number(values.seed ?? Math.floor(Math.random() * 30_000))
const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1).padStart(7)
const row = (
  inputs: number | string,
  { heap, external, resident, longestBlockMs, devices, connections, sockets }: Health,
): string =>
  `${String(inputs).padStart(8)} ${megabytes(heap)} ${megabytes(external)} ${megabytes(resident)} ${longestBlockMs.toFixed(0).padStart(7)} ${String(devices).padStart(8)} ${String(connections).padStart(11)} ${sockets}`

console.log(`seed ${seed}\n  inputs heap MB  ext MB  rss MB block ms  devices connections sockets`)
const result = await fuzz({
  seed,
  minutes: Number(values.minutes ?? 1),
  inputs: Number(values.inputs ?? 0),
  onHealth: (inputs, health) => console.log(row(inputs, health)),
})
console.log(`${row('before', result.before)}\n${row('after', result.after)}`)
for (const fault of result.after.faults) console.log(`fault: ${fault}`)
for (const [name, count] of result.sent) console.log(`${String(count).padStart(8)} ${name}`)
const ms = (value: number): string => `${value.toFixed(1)} ms`
console.log(
  `${result.inputs} inputs; the valid client's ${result.rounds} rounds: p50 ${ms(result.p50)}, p99 ${ms(result.p99)}, longest ${ms(result.longest)}; nothing lost`,
)
