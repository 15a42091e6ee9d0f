import { createServer } from 'node:net'
import { addressesOf } from '../hub/addresses.ts'
import { defaultOptions, optionSpecs, type HubOptions, type OptionName } from '../shared/options.ts'

/** The options with 0 for every standard port that is taken and that the user did not insist on. */
export async function avoidTakenPorts(options: HubOptions, chosen: ReadonlySet<OptionName>): Promise<HubOptions> {
  const free = { ...options }
  for (const { name, type } of optionSpecs) {
    if (type === 'port' && !chosen.has(name) && !(await isFree(Number(options[name]), options.host)))
      Object.assign(free, { [name]: 0 })
  }
  return free
}

/** The listeners that are not where they usually are, though nobody asked for that. */
export function avoidedPorts(wanted: HubOptions, actual: HubOptions): ('mqtt' | 'mqtts' | 'http' | 'https')[] {
  return (['mqtt', 'mqtts', 'http', 'https'] as const).filter(
    (name) => wanted[name] === defaultOptions[name] && actual[name] === 0,
  )
}

async function isFree(port: number, host: string): Promise<boolean> {
  for (const address of addressesOf(host)) if (!(await isFreeOn(port, address))) return false
  return true
}

function isFreeOn(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    // Not every failure is a taken port, but whatever it is, the hub says it better where it cannot be avoided.
    server.once('error', (error) =>
      resolve(!('code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES'))),
    )
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
