import editorWorker from 'monaco-editor/editor/editor.worker?worker'
import jsonWorker from 'monaco-editor/languages/features/json/json.worker?worker'

// A webview may start workers from blobs only; the text comes with the bundle, so no request is needed.
const start = (text: string) => new Worker(URL.createObjectURL(new Blob([text], { type: 'text/javascript' })))

/** Tells Monaco where its workers come from; to be called before the first editor is made. */
export function provideWorkers(): void {
  self.MonacoEnvironment = { getWorker: (_, label) => start(label === 'json' ? jsonWorker : editorWorker) }
}
