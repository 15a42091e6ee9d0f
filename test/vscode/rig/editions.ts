/** An editor that the tests run in: a code-server, which is the VS Code of its version without the 3 in front. */
export interface Edition {
  name: 'oldest' | 'latest'
  version: string
  /** The Node that it runs on, and no other. */
  nodeMajor: string
  /** Of its native modules those that the editor does not start without. */
  natives: string[]
}

const editions: Record<Edition['name'], Edition> = {
  /** The newest that runs on Node 20; it is VS Code 1.100.3, the oldest that the extension supports. */
  oldest: {
    name: 'oldest',
    version: '4.100.3',
    nodeMajor: '20',
    natives: ['@vscode/spdlog', 'native-watchdog', 'kerberos', '@parcel/watcher', '@vscode/deviceid'],
  },
  /** VS Code 1.139.1. */
  latest: {
    name: 'latest',
    version: '4.139.1',
    nodeMajor: '24',
    natives: ['@vscode/spdlog', '@vscode/native-watchdog', 'kerberos', '@parcel/watcher', '@vscode/deviceid'],
  },
}

const variable = 'IOT_HUB_TEST_EDITOR'

/** The edition that IOT_HUB_TEST_EDITOR names; default: the oldest. */
export function chosenEdition(): Edition {
  const name = process.env[variable] ?? 'oldest'
  if (name !== 'oldest' && name !== 'latest') throw new Error(`${variable}: ${name} must be oldest or latest`)
  return editions[name]
}

/** Chooses the edition for this process and those that it starts. */
export function chooseEdition(name: string): void {
  process.env[variable] = name
  chosenEdition()
}
