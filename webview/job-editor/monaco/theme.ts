import { editor } from 'monaco-editor/editor'
import { onTheme, themeColor, themeKind, type ThemeKind } from '../../ui/theme.ts'
import { colorIds, toHex } from './colors.ts'

const bases: Record<ThemeKind, editor.BuiltinTheme> = {
  'vscode-light': 'vs',
  'vscode-dark': 'vs-dark',
  'vscode-high-contrast': 'hc-black',
  'vscode-high-contrast-light': 'hc-light',
}

/** Makes Monaco look like VS Code's own editors, now and whenever the theme changes. */
export function followTheme(): void {
  const apply = (): void => {
    const colors: Record<string, string> = {}
    for (const id of colorIds) {
      const color = toHex(themeColor(id) ?? '')
      if (color !== undefined) colors[id] = color
    }
    editor.defineTheme('vscode', { base: bases[themeKind()], inherit: true, rules: [], colors })
    editor.setTheme('vscode')
  }
  apply()
  onTheme(apply)
}
