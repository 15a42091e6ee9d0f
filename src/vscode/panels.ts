import type { Disposable, Uri } from 'vscode'
import type { JobDraft } from '../shared/job-draft.ts'
import type { Host } from './host.ts'

/**
 * The two webview panels, as the rest of the extension knows them. `job-editor/open.ts` exports a `JobEditorPanel` as
 * functions, `progress/open.ts` a `ProgressPanel`; neither knows the other but by command.
 */
export interface JobEditorPanel {
  /** Opens the form: empty, with what is already known of the job, or on a `*.iotjob.json` file. Works without a hub as far as it can. */
  openJobEditor(host: Host, init?: Partial<JobDraft> | Uri): Promise<void>
  /** Lets VS Code bring the panel back after a reload (`WebviewPanelSerializer`). Called once, at activation: must cost nothing. */
  registerJobEditor(host: Host): Disposable
}

export interface ProgressPanel {
  /** Shows the job (its key); reveals the panel if there is one already. */
  openProgress(host: Host, job: string): Promise<void>
  /** See `JobEditorPanel.registerJobEditor`. */
  registerProgress(host: Host): Disposable
}
