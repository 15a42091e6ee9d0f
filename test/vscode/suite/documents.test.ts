import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { after, before, describe, it } from 'mocha'
import {
  commands as editor,
  Range,
  TabInputText,
  Uri,
  window,
  workspace,
  WorkspaceEdit,
  type TextDocument,
} from 'vscode'
import type { HubApi } from '../../../src/shared/api.ts'
import { jsonTextOf } from '../../../src/shared/json-text.ts'
import { commands } from '../../../src/vscode/commands.ts'
import { device, set, started, stopped, until } from './extension-fixture.ts'

const uri = (path: string) => Uri.from({ scheme: 'local-iot-hub', path })

interface Shadow {
  state: { desired?: object; reported?: object }
  version: number
}

const shadowIn = (document: TextDocument) => JSON.parse(document.getText()) as Shadow

/** The document as it is, with another desired state. */
const desiring = (document: TextDocument, desired: object): string => {
  const shown = shadowIn(document)
  return JSON.stringify({ ...shown, state: { ...shown.state, desired } }, null, 1)
}

/** The document once it shows what the hub has now. */
async function settled(api: HubApi, document: TextDocument): Promise<TextDocument> {
  await until(
    async () => isDeepStrictEqual(JSON.parse(document.getText()), (await api.twin('aws/lamp')).document),
    Boolean,
  )
  return document
}

async function write(document: TextDocument, text: string): Promise<void> {
  const shown = await window.showTextDocument(document)
  const applied = await shown.edit((edit) => edit.replace(new Range(0, 0, document.lineCount, 0), text))
  assert.ok(applied, 'the edit was not applied: the document had become another')
}

describe('the hub’s documents', () => {
  let api: HubApi
  let mqtt: number
  const twin = uri('/devices/aws/lamp/shadow.json')

  before(async () => {
    await set('memory', true)
    ;({ api, mqtt } = await started())
    await (await device(mqtt, 'lamp')).endAsync()
    await api.setDesired('aws/lamp', undefined, { color: 'red' }, 0)
  })

  after(async () => {
    await editor.executeCommand('workbench.action.revertAndCloseActiveEditor')
    await editor.executeCommand('workbench.action.closeAllEditors')
    await stopped()
    await set('memory', undefined)
  })

  it('a shadow is shown whole, as its cloud has it; saving publishes what is desired, and the device hears of it', async () => {
    const client = await device(mqtt, 'lamp')
    const heard: string[] = []
    client.on('message', (topic, payload) => heard.push(`${topic} ${payload.toString()}`))
    await client.subscribeAsync('$aws/things/lamp/shadow/update/delta')
    const document = await settled(api, await workspace.openTextDocument(twin))
    const { state, version } = shadowIn(document)
    assert.deepEqual(state, { desired: { color: 'red' }, delta: { color: 'red' } })
    assert.equal(document.languageId, 'json')
    await write(document, desiring(document, { color: 'green' }))
    const saved = await document.save()
    assert.ok(
      saved,
      `not saved: dirty ${document.isDirty}, ${document.getText()}, ${JSON.stringify(await api.twin('aws/lamp'))}`,
    )
    await until(
      () => shadowIn(document),
      (now) => now.version === version + 1,
    )
    assert.equal(document.isDirty, false)
    assert.deepEqual((await api.twin('aws/lamp')).desired, { color: 'green' })
    const [message] = await until(
      () => heard,
      (messages) => messages.length > 0,
    )
    assert.match(message!, /^\$aws\/things\/lamp\/shadow\/update\/delta .*"color":"green"/)
    await client.endAsync()
  })

  it('a tab that an earlier release has left open is one of the present scheme, once what was written in it is saved', async () => {
    await editor.executeCommand('workbench.action.closeAllEditors')
    const former = (path: string) => Uri.from({ scheme: 'iothub', path })
    const open = () =>
      window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .map(({ input }) => (input instanceof TabInputText ? String(input.uri) : input))
    const document = await workspace.openTextDocument(former(twin.path))
    const text = desiring(document, { color: 'former' })
    const edit = new WorkspaceEdit()
    edit.replace(document.uri, new Range(0, 0, document.lineCount, 0), text)
    assert.equal(await workspace.applyEdit(edit), true)
    await window.showTextDocument(document)
    assert.deepEqual(open(), [String(former(twin.path))])
    assert.equal(await document.save(), true)
    assert.deepEqual((await api.twin('aws/lamp')).desired, { color: 'former' })
    await until(open, (tabs) => isDeepStrictEqual(tabs, [String(twin)]))
    await editor.executeCommand('vscode.open', former('/devices/aws/lamp/reported.json'))
    await until(open, (tabs) => tabs.includes(String(uri('/devices/aws/lamp/reported.json'))) && tabs.length === 2)
  })

  it('follows what others desire while nobody edits it', async () => {
    const document = await settled(api, await workspace.openTextDocument(twin))
    const { version } = await api.twin('aws/lamp')
    await api.setDesired('aws/lamp', undefined, { color: 'blue' }, version)
    await until(
      () => document.getText(),
      (text) => text.includes('blue'),
    )
    assert.equal(document.isDirty, false)
  })

  it('what the device reports meanwhile is no conflict', async () => {
    const document = await settled(api, await workspace.openTextDocument(twin))
    await write(document, desiring(document, { color: 'white' }))
    const client = await device(mqtt, 'lamp')
    const { version } = await api.twin('aws/lamp')
    await client.publishAsync(
      '$aws/things/lamp/shadow/update',
      JSON.stringify({ state: { reported: { color: 'off' } } }),
      { qos: 1 },
    )
    await until(
      () => api.twin('aws/lamp'),
      (now) => now.version > version,
    )
    assert.equal(await document.save(), true)
    assert.deepEqual((await api.twin('aws/lamp')).desired, { color: 'white' })
    await until(
      () => shadowIn(document).state.reported,
      (reported) => JSON.stringify(reported) === '{"color":"off"}',
    )
    await client.endAsync()
  })

  it('a request of the cloud, pasted over the document, is understood: null deletes, the rest stays', async () => {
    const document = await settled(api, await workspace.openTextDocument(twin))
    await write(document, '{"state":{"desired":{"level":3,"color":null}}}')
    assert.equal(await document.save(), true)
    assert.deepEqual((await api.twin('aws/lamp')).desired, { level: 3 })
    await settled(api, document)
    await write(document, desiring(document, { color: 'white' }))
    assert.equal(await document.save(), true)
    assert.deepEqual(
      (await api.twin('aws/lamp')).desired,
      { color: 'white' },
      'what is left out of the document is deleted',
    )
  })

  it('whatever else is changed, or written a level too deep, is named, and nothing is published', async () => {
    const document = await settled(api, await workspace.openTextDocument(twin))
    const shown = shadowIn(document)
    const refusals: [object, RegExp][] = [
      [{ ...shown, version: 99 }, /version is what the device or the hub says/],
      [
        { ...shown, state: { ...shown.state, reported: { color: 'blue' } } },
        /state\.reported\.color is what the device or the hub says/,
      ],
      [{ color: 'red' }, /color has no place here.*state\.desired/],
      [
        { ...shown, state: { ...shown.state, desired: { state: { desired: { color: 'red' } } } } },
        /state\.desired must hold the desired state itself/,
      ],
    ]
    for (const [edited, words] of refusals)
      await assert.rejects(Promise.resolve(workspace.fs.writeFile(twin, Buffer.from(JSON.stringify(edited)))), words)
    assert.deepEqual((await api.twin('aws/lamp')).desired, { color: 'white' })
  })

  it('somebody else’s edit is a conflict: nothing is published, the edit stays', async () => {
    const document = await settled(api, await workspace.openTextDocument(twin))
    const mine = desiring(document, { color: 'mine' })
    await write(document, mine)
    const { version } = await api.twin('aws/lamp')
    await api.setDesired('aws/lamp', undefined, { color: 'theirs' }, version)
    assert.equal(await document.save(), false)
    assert.deepEqual((await api.twin('aws/lamp')).desired, { color: 'theirs' })
    assert.equal(document.getText(), mine)
    assert.equal(document.isDirty, true)
    await assert.rejects(Promise.resolve(workspace.fs.writeFile(twin, Buffer.from(mine))), /[Vv]ersion conflict/)
  })

  it('what is no object is not published', async () => {
    await window.showTextDocument(await workspace.openTextDocument(twin))
    await editor.executeCommand('workbench.action.files.revert')
    for (const text of ['[1]', '"text"', '{ "color": '])
      await assert.rejects(Promise.resolve(workspace.fs.writeFile(twin, Buffer.from(text))), /Not published/)
    assert.deepEqual((await api.twin('aws/lamp')).desired, { color: 'theirs' })
  })

  it('jobs and executions can be read but not written, and follow what happens', async () => {
    await api.createJob({
      dialect: 'aws',
      name: 'blink',
      targets: [{ device: 'lamp' }],
      document: jsonTextOf({ operation: 'blink', times: 3 }),
    })
    const work = await workspace.openTextDocument(uri('/jobs/aws/blink/document.json'))
    assert.deepEqual(JSON.parse(work.getText()), { operation: 'blink', times: 3 })
    const details = await workspace.openTextDocument(uri('/jobs/aws/blink/details.json'))
    assert.equal((JSON.parse(details.getText()) as { status: string }).status, 'IN_PROGRESS')
    const execution = await workspace.openTextDocument(uri('/jobs/aws/blink/executions/aws/lamp.json'))
    assert.equal((JSON.parse(execution.getText()) as { status: string }).status, 'QUEUED')
    await assert.rejects(Promise.resolve(workspace.fs.writeFile(work.uri, Buffer.from('{}'))))
    await api.cancelJob('aws/blink')
    await until(
      () => execution.getText(),
      (text) => text.includes('CANCELED'),
    )
    await until(
      () => details.getText(),
      (text) => text.includes('CANCELED'),
    )
  })

  it('desired and reported are compared side by side', async () => {
    await editor.executeCommand(commands.compareTwin, 'aws/lamp')
    const tab = window.tabGroups.activeTabGroup.activeTab
    assert.equal(tab?.label, 'lamp: reported ↔ desired')
  })

  it('what is not there is said to be not there', async () => {
    await assert.rejects(
      Promise.resolve(workspace.fs.stat(uri('/devices/aws/nobody/shadow.json'))),
      /FileNotFound|EntryNotFound/,
    )
    await assert.rejects(Promise.resolve(workspace.fs.stat(uri('/else.json'))), /FileNotFound|EntryNotFound/)
  })
})
