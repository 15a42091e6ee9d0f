/**
 * Which room may see what: an allow-list. What is not named here is refused, so that a new room, package or module of
 * Node gets in by a decision and not by accident. `why` is what lint says; `docs/architecture.md` draws it.
 *
 * `names`: of such a module only these exports, as everything else of it would do I/O, or bring chance.
 *
 * @typedef {{ rooms?: string[], files?: string[], packages?: string[], node?: string[] | 'all' }} Visible
 * @typedef {Visible & { names?: Record<string, string[]>, why: string }} Allowed
 */

/** What computes and nothing else: chance comes from `Ids`, time from the turn. */
const COMPUTING = {
  'node:crypto': [
    'createHash',
    'createHmac',
    'createPrivateKey',
    'createPublicKey',
    'timingSafeEqual',
    'X509Certificate',
  ],
}

/** @type {Record<string, Allowed>} */
export const rooms = {
  'src/core': {
    packages: ['croner', 'tinyqueue'],
    why: 'core is the innermost room: it sees itself only, and does no I/O',
  },
  'src/dialect': {
    rooms: ['src/core', 'src/shared'],
    names: COMPUTING,
    why: 'a dialect sees core, shared, the contract and its own folder, and does no I/O',
  },
  'src/shared': { rooms: ['src/core'], why: 'shared is seen by everybody, so it sees core at most' },
  'src/net': {
    rooms: ['src/core', 'src/shared'],
    packages: ['@peculiar/x509', 'reflect-metadata'],
    node: ['crypto', 'fs/promises', 'net', 'path', 'stream', 'tls'],
    why: 'sockets and certificates know neither who uses them nor a cloud',
  },
  'src/broker': {
    rooms: ['src/core', 'src/net', 'src/shared'],
    packages: ['aedes', 'mqtt-packet', 'qlobber', 'ws'],
    node: ['buffer', 'crypto', 'http', 'net', 'stream', 'tls'],
    why: 'the hub gives the broker what it needs; it knows neither the hub nor a cloud',
  },
  'src/store': {
    rooms: ['src/core', 'src/shared'],
    packages: ['lowdb'],
    node: ['crypto', 'fs', 'fs/promises', 'os', 'path', 'timers/promises', 'zlib'],
    why: 'the hub gives the store what it needs; it knows neither the hub nor a cloud',
  },
  'src/http': {
    rooms: ['src/core', 'src/net', 'src/shared'],
    packages: ['@fastify/busboy', 'path-to-regexp'],
    node: ['crypto', 'fs', 'fs/promises', 'http', 'https', 'net', 'path', 'stream', 'stream/promises', 'tls'],
    why: 'the hub gives the server what it needs; it knows neither the hub nor a cloud',
  },
  'src/sim': {
    rooms: ['src/core', 'src/shared'],
    packages: ['mqtt'],
    why: 'simulated devices are clients: they know nothing of the hub’s inside',
  },
  'src/hub': {
    files: ['package.json'],
    rooms: ['src/broker', 'src/core', 'src/dialect', 'src/http', 'src/net', 'src/shared', 'src/store'],
    packages: ['ajv', 'mqtt-packet', 'tinyqueue', 'ws'],
    node: 'all',
    why: 'the hub is used by cli and vscode, not the other way round',
  },
  'src/cli': {
    rooms: ['src/hub', 'src/shared', 'src/sim'],
    files: ['package.json'],
    node: 'all',
    why: 'the CLI sees hub, sim and shared',
  },
  'src/vscode': {
    rooms: ['src/hub', 'src/shared', 'src/sim'],
    packages: ['jsonc-parser', 'vscode'],
    node: 'all',
    why: 'the editor sees hub, sim and shared',
  },
  webview: {
    rooms: ['src/shared'],
    packages: ['@vscode/l10n', '@vscode/webview-ui-toolkit', 'croner', 'monaco-editor', 'uplot'],
    why: 'a webview sees shared only: everything else comes to it by message',
  },
}
