// Stands in for the course's device SDK, which no registry has: its constructor, calls and events as the wire contract
// tells of them [iothub 2, 3, 5, 8, 11], on the `mqtt` package. It proves what a program does with the SDK, not the SDK.
const { randomBytes } = require('node:crypto')
const { EventEmitter } = require('node:events')
const { writeFileSync } = require('node:fs')
const { join } = require('node:path')
const mqtt = require('mqtt')

module.exports = class IotDevice extends EventEmitter {
  constructor({ serverAddress = '127.0.0.1:8883', productName, deviceName, secret, storePath }) {
    super()
    // The real one opens a database there, and fails without a path or a folder.
    writeFileSync(join(storePath, 'LOCK'), '')
    this.options = { server: `mqtts://${serverAddress}`, name: `${productName}/${deviceName}`, secret }
    this.shadowVersion = 0
  }

  connect() {
    const { server, name, secret } = this.options
    this.client = mqtt.connect(server, {
      rejectUnauthorized: false,
      username: name,
      password: secret,
      clientId: name,
      clean: false,
    })
    this.client.on('connect', () => {
      this.say('get', '$tags', JSON.stringify({ tags: [], tags_version: 0 }))
      this.say('get', '$shadow', '')
      this.emit('online')
    })
    this.client.on('message', (topic, payload) => this.hear(topic.split('/'), payload))
  }

  updateStatus(status) {
    this.client.publish(`update_status/${this.options.name}/${id()}`, JSON.stringify(status), { qos: 1 })
  }

  say(kind, level, payload) {
    this.client.publish(`${kind}/${this.options.name}/${level}/${id()}`, payload, { qos: 1 })
  }

  hear([kind, , , command, encoding, requestId], payload) {
    if (command === '$ota_upgrade') return this.upgrade(JSON.parse(payload))
    if (command === '$update_shadow') return this.shadow(JSON.parse(payload))
    if (command.startsWith('$')) return
    const data = encoding === 'base64' ? Buffer.from(String(payload), 'base64') : payload
    this.emit('command', command, data, (answer) => this.say(`${kind}_resp`, `${command}/${requestId}`, answer))
  }

  upgrade(upgrade) {
    const { version, type } = upgrade
    const report = (progress, desc) =>
      this.client.publish(
        `update_ota_status/${this.options.name}/${id()}`,
        JSON.stringify({ version, type, progress, desc }),
        { qos: 1 },
      )
    this.emit('ota_upgrade', upgrade, { download: (percent) => report(percent, 'download') })
  }

  shadow({ state, version }) {
    if (version < this.shadowVersion) return
    this.shadowVersion = version
    if (state.desired === undefined) return
    this.emit('shadow', state.desired, () =>
      this.say('upload_data', '$shadow_updated', JSON.stringify({ state: { desired: null }, version })),
    )
  }
}

const id = () => randomBytes(12).toString('hex')
