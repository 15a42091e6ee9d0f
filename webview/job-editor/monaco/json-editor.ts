import { editor, MarkerSeverity, Uri } from 'monaco-editor/editor'
import 'monaco-editor/features/register.all'
import { jsonDefaults } from 'monaco-editor/languages/features/json/register'
import type { EditorLook } from '../../../src/shared/messages.ts'
import type { Marker } from '../state.ts'
import { followTheme } from './theme.ts'
import { provideWorkers } from './workers.ts'

export interface JsonEditor {
  text(): string
  /** Replaces the text; as an edit of the user's, it can be undone. */
  replace(text: string): void
  setSchema(name: string, schema: object): void
  setLook(look: EditorLook): void
  focus(): void
}

/** A JSON editor that fills its place. `onText` hears every edit, `onMarkers` all that is wrong, most severe first. */
export function createJsonEditor(
  place: HTMLElement,
  ariaLabel: string,
  onText: (text: string) => void,
  onMarkers: (markers: Marker[]) => void,
): JsonEditor {
  provideWorkers()
  followTheme()
  const uri = Uri.parse('local-iot-hub:/job-document.json')
  const model = editor.createModel('', 'json', uri)
  const view = editor.create(place, {
    model,
    ariaLabel,
    accessibilitySupport: 'auto',
    automaticLayout: true,
    fixedOverflowWidgets: true,
    minimap: { enabled: false },
    overviewRulerLanes: 0,
    hideCursorInOverviewRuler: true,
    scrollBeyondLastLine: false,
    folding: true,
    lineNumbersMinChars: 3,
    padding: { top: 8, bottom: 8 },
    quickSuggestions: { other: true, strings: true, comments: false },
    scrollbar: { alwaysConsumeMouseWheel: false },
    tabFocusMode: false,
  })
  model.onDidChangeContent(() => onText(model.getValue()))
  editor.onDidChangeMarkers((uris) => {
    if (uris.some((changed) => String(changed) === String(uri))) onMarkers(markersOf(uri))
  })
  return {
    text: () => model.getValue(),
    replace(text) {
      if (sameLines(text, model.getValue())) return
      // The first text is where undo ends.
      if (model.getAlternativeVersionId() === 1) return model.setValue(text)
      model.pushStackElement()
      model.pushEditOperations([], [{ range: model.getFullModelRange(), text }], () => null)
      model.pushStackElement()
    },
    setSchema(name, schema) {
      const schemas = [{ uri: `local-iot-hub:/schema/${name}.json`, fileMatch: [String(uri)], schema }]
      jsonDefaults.setDiagnosticsOptions({
        validate: true,
        enableSchemaRequest: false,
        allowComments: false,
        schemaValidation: 'warning',
        schemas,
      })
    },
    setLook({ fontFamily, fontSize, fontLigatures, tabSize, insertSpaces, wordWrap }) {
      view.updateOptions({
        fontFamily,
        fontSize,
        fontLigatures,
        wordWrap: wordWrap ? 'on' : 'off',
        tabSize,
        insertSpaces,
        detectIndentation: false,
      })
      model.updateOptions({ tabSize, insertSpaces })
    },
    focus: () => view.focus(),
  }
}

/**
 * Whether two texts differ in how their lines end at most: an editor has one way, where a document may have several.
 */
export const sameLines = (one: string, other: string): boolean => inLines(one) === inLines(other)

const inLines = (text: string): string => text.replace(/\r\n?/g, '\n')

/** Only errors are reasons why a document cannot be sent; hints are not even advice. */
const markersOf = (resource: Uri): Marker[] =>
  editor
    .getModelMarkers({ resource })
    .filter(({ severity }) => severity >= MarkerSeverity.Warning)
    .sort((a, b) => b.severity - a.severity || a.startLineNumber - b.startLineNumber)
    .map(({ startLineNumber, startColumn, message, severity }) => ({
      line: startLineNumber,
      column: startColumn,
      message,
      ...(severity < MarkerSeverity.Error && { severity: 'warning' as const }),
    }))
