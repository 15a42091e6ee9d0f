import * as l10n from '@vscode/l10n'
import type { EditorLook } from '../../../src/shared/messages.ts'
import { h, icon, newId, setAttribute } from '../../ui/dom.ts'
import { createJsonEditor, sameLines } from '../monaco/json-editor.ts'
import type { Kit, Part } from '../part.ts'
import type { Marker, View } from '../state.ts'
import { templateBar } from './template-bar.ts'

/** What the devices get, in an editor that knows the cloud's schema. */
export function documentPart(
  kit: Kit,
  onMarkers: (markers: Marker[]) => void,
): Part & { setLook(look: EditorLook): void } {
  const place = h('div', { class: 'monaco' })
  const heading = h('h2', { id: newId() }, l10n.t('Job Document'))
  const words = h('span')
  const sign = icon('error')
  const problem = h('p', { class: 'problem', hidden: true }, sign, words)
  const templates = templateBar((text) => editor.replace(text))
  const frame = h('div', { class: 'frame' }, place)
  const tabKey = /Mac/.test(navigator.platform) ? 'Ctrl+Shift+M' : 'Ctrl+M'
  const element = h(
    'section',
    { class: 'section document', 'aria-labelledby': heading.id },
    heading,
    templates.element,
    frame,
    problem,
    h('p', { class: 'hint keys' }, l10n.t('Ctrl+Space completes. {0} lets the Tab key leave the editor.', tabKey)),
  )
  const editor = createJsonEditor(
    place,
    l10n.t('Job document'),
    (text) => {
      if (!sameLines(text, kit.form.documentText)) kit.edit({ documentText: text })
      kit.touch('document')
    },
    onMarkers,
  )
  let schema: object | undefined

  return {
    element,
    setLook: (look) => editor.setLook(look),
    update(view: View) {
      const { form, dialect, kind } = view
      editor.replace(form.documentText)
      if (dialect !== undefined && kind !== undefined && kind.documentSchema !== schema) {
        schema = kind.documentSchema
        editor.setSchema(`${dialect.name}-${kind.id}`, schema)
      }
      templates.update(view)
    },
    controls: () => [
      {
        path: 'document',
        label: l10n.t('Job document'),
        focus: () => editor.focus(),
        show(text, severity) {
          const refused = text !== undefined && severity !== 'warning'
          problem.hidden = text === undefined
          problem.classList.toggle('warning', severity === 'warning')
          sign.className = `codicon codicon-${severity ?? 'error'}`
          words.textContent = text ?? ''
          frame.classList.toggle('invalid', refused)
          setAttribute(place, 'aria-invalid', refused ? 'true' : undefined)
        },
      },
    ],
  }
}
