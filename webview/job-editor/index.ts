import { editor, Uri } from 'monaco-editor/editor'
import 'monaco-editor/features/register.all'
import { jsonDefaults } from 'monaco-editor/languages/features/json/register'
import editorWorker from 'monaco-editor/editor/editor.worker?worker'
import jsonWorker from 'monaco-editor/languages/features/json/json.worker?worker'

// A webview may start workers from blobs only; the text comes with the bundle, so no request is needed.
const start = (text: string) => new Worker(URL.createObjectURL(new Blob([text], { type: 'text/javascript' })))
self.MonacoEnvironment = { getWorker: (_, label) => start(label === 'json' ? jsonWorker : editorWorker) }

const model = editor.createModel('{ "operation": "explode" }', 'json', Uri.parse('iothub:/new.iotjob.json'))
jsonDefaults.setDiagnosticsOptions({
  validate: true,
  enableSchemaRequest: false,
  schemas: [{ uri: 'iothub:/schema.json', fileMatch: [String(model.uri)], schema: { properties: { operation: { enum: ['reboot', 'install'] } } } }],
})

const place = document.getElementById('document')
if (place === null) throw new Error('the page has no #document')
editor.create(place, { model, automaticLayout: true, ariaLabel: 'Job document', fixedOverflowWidgets: true })
