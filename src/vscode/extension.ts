import { commands as editor, l10n, window, type ExtensionContext } from 'vscode'
import { commands } from './commands.ts'
import { openJobEditor } from './job-editor.ts'

/** Registers; whatever costs anything is loaded on first use. */
export function activate(context: ExtensionContext): void {
  context.subscriptions.push(
    editor.registerCommand(commands.start, async () => {
      const { createHub } = await import('./hub-bundle.ts')
      await window.showInformationMessage(l10n.t('The hub is loaded: {0}', typeof createHub))
    }),
    editor.registerCommand(commands.createJob, () => openJobEditor(context)),
  )
}

export function deactivate(): void {}
