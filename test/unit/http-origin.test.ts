import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pageFault, type Knock } from '../../src/http/origin.ts'
import { textOf } from '../../src/core/said.ts'

const NAMES = ['hub.lan', '*.iot.us-east-1.amazonaws.com']
const fault = (headers: Knock['headers'], method = 'POST'): string | undefined =>
  textOf(pageFault({ method, headers }, NAMES)?.text ?? '') || undefined

describe('a Host header', () => {
  const own = [
    ...['localhost', 'LOCALHOST:8880', 'localhost.', 'app.localhost:8880', 'hub.lan', 'Hub.Lan:80'],
    ...['127.0.0.1:1', '192.168.1.7', '[::1]:8880', '[fe80::1]', '0.0.0.0', '[::ffff:10.0.0.1]:1'],
    ...['a1b2-ats.iot.us-east-1.amazonaws.com', 'A1B2.IOT.us-east-1.amazonaws.com:443'],
  ]
  for (const host of own) it(`${host} is the hub’s`, () => assert.equal(fault({ host }), undefined))

  const others = [
    ...[
      '',
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'evil@localhost',
      '[evil]',
      'localhost:x',
      'hub.lan.evil',
      'xhub.lan',
    ],
    ...[
      'iot.us-east-1.amazonaws.com.evil',
      'a.b.iot.us-east-1.amazonaws.com',
      '.iot.us-east-1.amazonaws.com',
      'localhost..',
      'evillocalhost',
      'local host',
    ],
  ]
  for (const host of others) {
    it(`${JSON.stringify(host)} is not, whoever asks`, () => {
      assert.match(fault({ host }) ?? '', /^Host .*--names/)
      assert.match(fault({ host, origin: `http://${host}` }) ?? '', /^Host /)
      assert.match(fault({ host, origin: 'http://localhost' }, 'GET') ?? '', /^Host /)
      assert.match(fault({ host, 'sec-fetch-site': 'same-origin' }, 'GET') ?? '', /^Host /)
    })
  }

  it('may be missing from what a program asks [HTTP/1.0], but not from what a browser does', () => {
    assert.equal(fault({}), undefined)
    assert.match(fault({ origin: 'http://localhost' }) ?? '', /^Host \(none\)/)
    assert.match(fault({ 'sec-fetch-site': 'none' }) ?? '', /^Host \(none\)/)
  })

  it('is shown in part only if it is long', () => assert.ok((fault({ host: 'x'.repeat(10_000) }) ?? '').length < 500))
})

describe('a page', () => {
  const host = 'hub.lan:8880'
  const welcome: [string, Knock['headers'], string?][] = [
    ['of this machine', { host, origin: 'http://localhost:3000' }],
    ['of this machine by address', { host, origin: 'https://127.0.0.1' }],
    ['of this machine by IPv6 address', { host, origin: 'http://[::1]:5173' }],
    ['of a name that is always this machine', { host, origin: 'http://app.localhost' }],
    ['of VS Code', { host, origin: 'vscode-webview://1a2b3c' }],
    ['of an installed app', { host, origin: 'capacitor://localhost' }],
    ['of the host that is asked', { host, origin: 'http://hub.lan:5173' }],
    ['of the address that is asked', { host: '192.168.1.7:8880', origin: 'http://192.168.1.7' }],
    ['whose own script asks without an origin', { host, 'sec-fetch-site': 'same-origin' }, 'GET'],
    ['of another port of this machine', { host: 'localhost:8880', 'sec-fetch-site': 'same-site' }, 'GET'],
    ['that people open themselves', { host, 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }, 'GET'],
    [
      'of anywhere whose link people follow',
      { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      'GET',
    ],
    ['of this machine whose form says only where it was', { host, referer: 'http://localhost:3000/form' }],
    ['of anywhere whose link an old browser follows', { host, referer: 'https://evil.example/' }, 'GET'],
  ]
  for (const [whose, headers, method] of welcome)
    it(`${whose} may ask`, () => assert.equal(fault(headers, method), undefined))

  const unwelcome: [string, Knock['headers'], string?][] = [
    ['of the web', { host, origin: 'https://evil.example' }],
    ['of a name that begins like this machine', { host, origin: 'http://localhost.evil.example' }],
    ['of a name that begins like an address', { host, origin: 'http://127.0.0.1.evil.example' }],
    ['of another machine', { host, origin: 'http://192.168.1.7' }],
    ['of another machine than the one that is asked', { host: '192.168.1.7', origin: 'http://192.168.1.8' }],
    ['of a scheme that is like VS Code’s', { host: 'hub.lan', origin: 'https://vscode-webview.evil' }],
    ['without an origin of its own', { host, origin: 'null' }],
    ['with an empty one', { host, origin: '' }],
    ['in a file', { host, origin: 'file://' }],
    [
      'of the web that asks before it posts',
      { host, origin: 'https://evil.example', 'access-control-request-method': 'PUT' },
      'OPTIONS',
    ],
    [
      'of the web that embeds an image',
      { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
      'GET',
    ],
    [
      'of the web that embeds a frame',
      { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
      'GET',
    ],
    [
      'of the web whose form has no origin',
      { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    ],
    ['of a sister of the hub’s name', { host, 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }, 'GET'],
    ['of a relation that nobody knows', { host, 'sec-fetch-site': 'cousin' }, 'GET'],
    ['of the web whose form says only where it was', { host, referer: 'https://evil.example/form' }],
  ]
  for (const [whose, headers, method] of unwelcome) {
    it(`${whose} may not`, () => {
      assert.match(fault(headers, method) ?? '', /only pages of this machine/)
      assert.equal(pageFault({ method: method ?? 'POST', headers }, NAMES)?.page, true)
    })
  }

  it('in a file is told what helps', () => {
    for (const origin of ['null', 'file://'])
      assert.match(fault({ host, origin }) ?? '', /serve it from http:\/\/localhost/)
  })
})

it('a program says nothing of pages, and may ask', () =>
  assert.equal(fault({ host: '127.0.0.1:8880', 'user-agent': 'curl/8' }), undefined))
