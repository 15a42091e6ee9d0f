/** Colours of VS Code's theme that parts of the editor are drawn with. */
export const colorIds = [
  'foreground', 'descriptionForeground', 'errorForeground', 'focusBorder', 'contrastBorder', 'contrastActiveBorder', 'icon.foreground',
  'editor.background', 'editor.foreground', 'editorCursor.foreground', 'editor.lineHighlightBackground', 'editor.lineHighlightBorder',
  'editor.selectionBackground', 'editor.selectionForeground', 'editor.inactiveSelectionBackground', 'editor.selectionHighlightBackground',
  'editor.wordHighlightBackground', 'editor.findMatchBackground', 'editor.findMatchHighlightBackground', 'editor.hoverHighlightBackground',
  'editorLineNumber.foreground', 'editorLineNumber.activeForeground', 'editorIndentGuide.background1', 'editorIndentGuide.activeBackground1',
  'editorWhitespace.foreground', 'editorBracketMatch.background', 'editorBracketMatch.border', 'editorBracketHighlight.foreground1',
  'editorBracketHighlight.foreground2', 'editorBracketHighlight.foreground3', 'editorGutter.background', 'editorOverviewRuler.border',
  'editorError.foreground', 'editorWarning.foreground', 'editorInfo.foreground', 'editorError.border', 'editorWarning.border',
  'editorWidget.background', 'editorWidget.foreground', 'editorWidget.border', 'widget.shadow', 'widget.border',
  'editorHoverWidget.background', 'editorHoverWidget.foreground', 'editorHoverWidget.border', 'editorHoverWidget.statusBarBackground',
  'editorSuggestWidget.background', 'editorSuggestWidget.border', 'editorSuggestWidget.foreground', 'editorSuggestWidget.highlightForeground',
  'editorSuggestWidget.focusHighlightForeground', 'editorSuggestWidget.selectedBackground', 'editorSuggestWidget.selectedForeground',
  'editorMarkerNavigation.background', 'editorMarkerNavigationError.background', 'editorMarkerNavigationWarning.background',
  'list.focusBackground', 'list.focusForeground', 'list.hoverBackground', 'list.hoverForeground', 'list.activeSelectionBackground',
  'list.activeSelectionForeground', 'list.highlightForeground', 'list.focusOutline',
  'quickInput.background', 'quickInput.foreground', 'quickInputList.focusBackground', 'quickInputList.focusForeground', 'pickerGroup.foreground', 'pickerGroup.border',
  'menu.background', 'menu.foreground', 'menu.selectionBackground', 'menu.selectionForeground', 'menu.separatorBackground', 'menu.border',
  'input.background', 'input.foreground', 'input.border', 'input.placeholderForeground', 'inputOption.activeBackground', 'inputOption.activeForeground', 'inputOption.activeBorder',
  'button.background', 'button.foreground', 'button.hoverBackground', 'textLink.foreground', 'textLink.activeForeground', 'textCodeBlock.background',
  'scrollbar.shadow', 'scrollbarSlider.background', 'scrollbarSlider.hoverBackground', 'scrollbarSlider.activeBackground',
] as const

/** A CSS colour as Monaco takes it, `#rrggbb` or `#rrggbbaa`; undefined for one it cannot be told. */
export function toHex(color: string): string | undefined {
  const hex = /^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.exec(color)?.[1]
  if (hex !== undefined) return `#${hex.length < 6 ? hex.replace(/./g, '$&$&') : hex}`.toLowerCase()
  const parts = /^rgba?\(\s*([\d.]+)[\s,]+([\d.]+)[\s,]+([\d.]+)(?:[\s,/]+([\d.]+)(%?))?\s*\)$/i.exec(color)
  if (parts === null) return color === 'transparent' ? '#00000000' : undefined
  const [, red, green, blue, alpha = '1', percent] = parts
  const shares = [red, green, blue].map(Number).concat((Number(alpha) * 255) / (percent === '%' ? 100 : 1))
  return `#${shares.map((share) => Math.round(Math.min(255, share)).toString(16).padStart(2, '0')).join('')}`
}
