import type { FromJobEditor } from '../src/shared/messages.ts'

type Violation = Extract<FromJobEditor, { type: 'cspViolation' }>

/** The line to the extension host, and what must outlive a reload of the page. */
export interface HostChannel<From, State> {
  post(message: From): void
  /** What was saved last, also by a page before this one. */
  load(): State | undefined
  save(state: State): void
}

/**
 * Opens the line; the host is to be told `ready` when the page can draw. Call once: VS Code gives its API to a page
 * only once.
 */
export function connect<To, From, State = never>(receive: (message: To) => void): HostChannel<From, State> {
  const vscode = acquireVsCodeApi<State>()
  window.addEventListener('message', ({ data }: MessageEvent<To>) => receive(data))
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) => {
    const text = `${effectiveDirective} refused ${blockedURI} (${sourceFile}:${lineNumber})`
    vscode.postMessage({ type: 'cspViolation', text } satisfies Violation)
  })
  return {
    post: (message) => vscode.postMessage(message),
    load: () => vscode.getState(),
    save: (state) => void vscode.setState(state),
  }
}
