import type { CommandName } from './flags.ts'

const many = (count: number, one: string, more = `${one}s`): string => `${count} ${count === 1 ? one : more}`

/** Everything the CLI says to people, in one place, so that it can be said in other languages. */
export const messages = {
  product: 'Local IoT Hub',

  usage: {
    tagline: 'Run device code for AWS IoT and the course’s IotHub end to end on your own machine.',
    usage: 'Usage',
    placeholder: 'FLAGS',
    commands: 'Commands',
    flags: 'Flags',
    start: 'start a hub and keep it running',
    reach: 'These talk to the hub that runs on --data (or IOT_HUB_DATA), or at --url with --token:',
    demo: 'start a hub with simulated washing machines and watch them finish a job',
    version: 'print the version',
    help: 'explain a command',
    fallback: (value: string | number): string => `(default ${value})`,
    environment:
      'IOT_HUB_<FLAG> in the environment stands in for a flag of the hub that is not given, e.g. IOT_HUB_MQTT=0.',
    demoNote:
      'The demo keeps state in memory unless --data is given, and takes a free port where a standard one is taken.',
  },

  flags: {
    json: 'print machine-readable lines on stdout: one when ready',
    quiet: 'say only what goes wrong',
    verbose: 'show where an error comes from',
    help: 'explain the command',
    dataOf: 'the data folder of the running hub',
    url: 'where the running hub’s HTTP listener is, e.g. http://192.168.1.5:8880; needs --token',
    token: 'the file with the hub’s token; goes with --url',
    jsonResult: 'print the result as one line of JSON on stdout',
    parts: 'also parts of devices, such as modules and sub-devices',
    search: 'only devices whose name has this in it',
    force: 'cancel also what is in progress; delete also what has not ended',
    comment: 'why it is canceled',
    kind: 'what sort of work it is, whatever the file says; a cloud that has several names them',
    out: 'a new or empty folder for the device’s files; without it they are printed',
    devices: 'simulated washing machines, 1 to 100000',
    seed: 'the same seed repeats the same run',
    failOdds: 'the odds, 0 to 1, that a machine fails',
    exit: 'stop after the job; exit code 0 only if every machine succeeded',
  },

  calls: {
    status: 'show how the running hub is',
    devices: 'list devices',
    jobs: 'list jobs',
    job: 'show a job and its devices',
    create: 'create the job that a *.iotjob.json file describes',
    cancel: 'cancel a job',
    retry: 'run a job again on the devices where it failed or timed out',
    delete: 'delete a job that has ended',
    add: 'register a device and make its credentials',
    keys: 'show the keys that programs on other machines sign with',
    setKey: 'put what a file holds (/dev/stdin will do) in the place of a key',
    service: 'print what a back end of that cloud needs to find the hub, for a shell to read',
    notices: 'list what needs attention, with cause and cure; what is cured is gone',
    dismiss: 'show a notice no more, until it was cured and comes back',
    advance: 'move the virtual clock by milliseconds, or to the next deadline',
    stop: 'stop the running hub',

    noHub: (data: string, doubt?: string): string =>
      `no hub runs on ${data}; start one with: iot-hub start --data ${data}${doubt === undefined ? '' : ` (what is there is not believed: ${doubt})`}`,
    urlAndToken: '--url and --token go together',
    oneHub: '--data and --url are two ways to say which hub; say one',
    onlyFor: (flag: string, forms: readonly string[]): string =>
      `--${flag}: only for ${forms.map((form) => `iot-hub ${form}`).join(', ')}`,
    words: (command: CommandName, forms: readonly string[]): string =>
      `say ${forms.map((form) => `iot-hub ${command}${form === '' ? '' : ` ${form}`}`).join(', or ')}`,
    noJob: (name: string): string => `there is no job ${name}`,
    manyJobs: (keys: readonly string[]): string => `there are several jobs of that name; say one of ${keys.join(', ')}`,
    notJson: (file: string, reason: string): string => `${file} is not JSON: ${reason}`,
    refused: (file: string, count: number): string => `${file} cannot be created: ${many(count, 'problem')}`,
    problem: (field: string, value: string | undefined, rule: string): string =>
      `${field}: ${value === undefined ? '' : `${value} `}${rule}`,
    warning: (problem: string): string => `  warning: ${problem}`,
    renamed: (before: string, now: string): string => `${before} is called ${now} now; what it was called works, too.`,
    notWritable: (folder: string, why: string, reason: string): string =>
      `nothing can be written into ${folder}, ${why} (${reason}): mend that, or name another folder; no device was added`,
    notEmpty: (folder: string): string => `${folder}: must be a new or an empty folder, so that no key is overwritten`,
    notAName: (name: string): string =>
      `the hub names a file ${JSON.stringify(name)}, which is no plain name: nothing was written`,
    advanceBy: 'must be a number of milliseconds, at least 0, or next',

    created: (job: string): string => `Job ${job} created.`,
    canceled: (job: string): string => `Job ${job} canceled.`,
    deleted: (job: string): string => `Job ${job} deleted.`,
    retried: (job: string, count: number): string => `Job ${job}: ${many(count, 'device')} queued again.`,
    added: (device: string, title: string): string => `${device} registered with ${title}.`,
    written: (file: string): string => `written: ${file}`,
    keySet: (dialect: string, name: string): string => `${name} of ${dialect} is another one now.`,
    stopping: 'The hub stops.',
    dismissed: (id: string): string => `Notice ${id} dismissed.`,
    nothing: 'Nothing needs attention.',
    times: (count: number): string => (count === 1 ? '' : ` (${count} ×)`),
    none: { devices: 'No devices.', jobs: 'No jobs.' },
    more: (count: number): string => `… and ${count} more`,
    columns: {
      device: ['DEVICE', 'STATE', 'PENDING', 'GROUPS'],
      job: ['JOB', 'STATUS', 'DEVICES', 'DONE'],
      execution: ['DEVICE', 'STATUS', 'ATTEMPT', 'PROGRESS'],
      runs: 'RUNS',
    },
    kind: (kind: string): string => `Kind: ${kind}`,
    upgrade: (what: string, bytes: number | undefined): string =>
      `Upgrade: ${what}${bytes === undefined ? '' : ` (${bytes} bytes)`}`,
    labels: {
      url: 'HTTP',
      https: 'HTTPS',
      mqtt: 'MQTT',
      mqtts: 'MQTT over TLS',
      aliases: 'Also on ports',
      lan: 'From boards',
      elsewhere: 'Lets in',
      mode: 'Mode',
      clock: 'Clock',
      devices: 'Devices',
      jobs: 'Jobs',
    },
    online: (devices: number, online: number): string => `${devices}, ${online} online`,
  },

  rules: {
    text: 'must not be empty',
    choice: (choices: readonly string[]): string => `must be one of ${choices.join(', ')}`,
    port: 'must be a port: a whole number from 0 (any free one) to 65535',
    count: 'must be a whole number from 1 to 100000',
    seed: 'must be a whole number from 0 to 4294967295',
    odds: 'must be a number from 0 to 1',
    flag: 'must be 1 or 0',
    number: (least: number, most: number | undefined): string =>
      most === undefined ? `must be a number from ${least}` : `must be a number from ${least} to ${most}`,
    demoMode: 'must be open in the demo: its machines have no certificates',
    demoClock: 'must be real in the demo: its machines work in real time',
  },

  badValue: (source: string, value: string, rule: string): string => `${source}: ${JSON.stringify(value)} ${rule}`,
  unknownCommand: (word: string): string => `${word}: unknown command; see iot-hub --help`,
  commandFirst: (flag: string): string => `${flag}: say what to do first, e.g. iot-hub start ${flag}`,
  unknownFlag: (flag: string, command: CommandName): string => `${flag}: unknown flag; see iot-hub ${command} --help`,
  unexpected: (word: string, command: CommandName): string =>
    `${word}: iot-hub ${command} takes flags only; see iot-hub ${command} --help`,
  givenTwice: (flag: string): string => `${flag}: given twice; say it once`,
  takesNoValue: (flag: string, value: string): string =>
    `${flag}: ${JSON.stringify(value)} is one too many; the flag takes no value`,
  needsValue: (flag: string, value: string): string => `${flag}: needs a value, e.g. ${flag} ${value}`,
  samePort: (flag: string, other: string, port: number): string =>
    `--${flag}: ${port} is already the port of --${other}; give it another, or 0 for any free one`,

  error: (text: string): string => `iot-hub: ${text}`,
  cannotStart: (reason: string): string => `cannot start: ${reason}`,
  cannotStop: (reason: string): string => `stopped, but not cleanly: ${reason}`,
  moreWithVerbose: 'run it again with --verbose to see where this comes from',
  stopping: 'Stopping …',
  stopped: (kept: string | undefined): string =>
    kept === undefined ? 'Stopped.' : `Stopped. Everything is kept in ${kept}`,

  cure: (text: string): string => `  → ${text}`,
  notice: { ignored: 'ignored', warning: 'warning', refused: 'refused' },
  moreNotices: (count: number): string => `… and ${count} more of the like within a second`,

  ready: {
    title: (version: string): string => `Local IoT Hub ${version} is ready`,
    labels: {
      mqtt: 'MQTT',
      mqtts: 'MQTT over TLS',
      http: 'HTTP, WebSocket',
      https: 'HTTPS, WSS',
      ca: 'CA certificate',
      token: 'API token',
      data: 'Data',
      aliases: 'Also on ports',
      lan: 'From boards',
    },
    lan: (address: string): string => `${address}, the same ports`,
    letsIn: 'from other machines only who shows a credential of this hub; see iot-hub keys, iot-hub device add',
    memory: 'in memory, gone when the hub stops',
    connect: 'Connect a device, without an account',
    manage: 'Manage it with the cloud’s own tools; any credentials will do',
    manageWithKeys: 'Manage it with the cloud’s own tools and the hub’s keys',
    manageHere: 'Manage it with the cloud’s own tools; on this machine any credentials will do',
    open: 'Unknown devices are registered as they connect.',
    openHere: 'Unknown devices are registered as they connect from this machine.',
    strict: 'Devices must be registered first and show their credentials, as in the cloud.',
    elsewhere: (devices: readonly string[]): string[] => [
      'Other machines get in with a credential of this hub only, in either mode:',
      `  devices     a certificate or secret from: ${devices.map((device) => `iot-hub device add ${device}`).join(', ')}`,
      '  programs    the keys that iot-hub keys shows; for any HTTP request the API token as well, as Authorization: Bearer …',
      '  downloads   the presigned URLs that the hub gives to devices',
    ],
    trust: 'Over TLS, devices and SDKs must trust the CA certificate above.',
    stop: 'Stop with Ctrl+C.',
  },

  demo: {
    portTaken: (name: string, standard: number, actual: number): string =>
      `Port ${standard} is taken: ${name} on port ${actual} instead.`,
    hubReady: (version: string): string => `Local IoT Hub ${version}, with simulated washing machines`,
    registering: (done: number, total: number): string => `Registering ${done} of ${total} machines …`,
    connecting: (done: number, total: number): string => `Connecting ${done} of ${total} machines …`,
    connected: (online: number, total: number, seconds: string): string =>
      `${many(total, 'washing machine')} registered, ${online} online (${seconds}); the rest come online while the job runs.`,
    allConnected: (total: number, seconds: string): string =>
      `${many(total, 'washing machine')} registered and online (${seconds}).`,
    jobCreated: (job: string, document: string): string => `Job ${job} sends every machine ${document}`,
    paced: (minutes: number): string =>
      `It goes to at most 1000 machines a minute, as on AWS: about ${many(minutes, 'minute')} in all.`,
    later: (count: number): string =>
      `${many(count, 'machine')} that missed it ${count === 1 ? 'comes' : 'come'} online …`,
    finished: (job: string, status: string, seconds: string): string => `Job ${job} is ${status} after ${seconds}`,
    refused: (count: number): string => `the hub refused ${many(count, 'report')} of the simulated machines`,
    stalled: (seconds: number): string => `the job has not moved for ${seconds} seconds`,
    interrupted: 'the job was not finished',
    requestFailed: (request: string, status: number, body: string): string => `${request} answered ${status}: ${body}`,
    stays: 'The hub and its machines stay up: create more jobs, or connect a device of your own.',
  },

  progress: {
    states: {
      SUCCEEDED: 'succeeded',
      FAILED: 'failed',
      REJECTED: 'rejected',
      TIMED_OUT: 'timed out',
      CANCELED: 'canceled',
      REMOVED: 'removed',
      IN_PROGRESS: 'in progress',
      SENT: 'sent',
      QUEUED: 'queued',
    },
    waiting: 'not yet rolled out',
    online: (online: number): string => `${online} online`,
  },
} as const
