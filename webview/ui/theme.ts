export type ThemeKind = 'vscode-light' | 'vscode-dark' | 'vscode-high-contrast' | 'vscode-high-contrast-light'

/** Which sort of theme VS Code shows. */
export const themeKind = (): ThemeKind =>
  (document.body.dataset['vscodeThemeKind'] as ThemeKind | undefined) ?? 'vscode-dark'

/** A color of the theme by its id (`charts.blue`), as CSS writes it; undefined if the theme has none. */
export function themeColor(id: string): string | undefined {
  return (
    getComputedStyle(document.documentElement)
      .getPropertyValue(`--vscode-${id.replaceAll('.', '-')}`)
      .trim() || undefined
  )
}

/** Tells of every change of theme, and of fonts and sizes, which come the same way. */
export function onTheme(listener: () => void): void {
  const observer = new MutationObserver(listener)
  observer.observe(document.body, {
    attributes: true,
    attributeFilter: ['class', 'data-vscode-theme-kind', 'data-vscode-theme-id'],
  })
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] })
}
