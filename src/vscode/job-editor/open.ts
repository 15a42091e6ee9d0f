import { Disposable } from 'vscode'
import type { JobEditorPanel } from '../panels.ts'

/** Stands in until the job editor is here. */
export const openJobEditor: JobEditorPanel['openJobEditor'] = () => Promise.resolve()

export const registerJobEditor: JobEditorPanel['registerJobEditor'] = () => new Disposable(() => {})
