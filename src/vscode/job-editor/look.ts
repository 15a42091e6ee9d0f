import { workspace, type ConfigurationChangeEvent } from 'vscode'
import type { EditorLook } from '../../shared/messages.ts'

/** The user's settings for editors of JSON. */
export function editorLook(): EditorLook {
  const editor = workspace.getConfiguration('editor', { languageId: 'json' })
  return {
    fontFamily: editor.get('fontFamily', 'monospace'),
    fontSize: editor.get('fontSize', 14),
    fontLigatures: editor.get<boolean | string>('fontLigatures', false) === true,
    tabSize: editor.get('tabSize', 2),
    insertSpaces: editor.get('insertSpaces', true),
    wordWrap: editor.get('wordWrap', 'off') !== 'off',
  }
}

export const affectsLook = (event: ConfigurationChangeEvent): boolean => event.affectsConfiguration('editor')
