import type { BrowserContext, ConsoleMessage, Page } from 'playwright-core'

/** Something that a webview must not do. */
export interface EditorProblem {
  kind: 'policy' | 'error' | 'console'
  text: string
}

/**
 * Records every violated content policy, uncaught error and console error of the webviews in all pages of a context.
 */
export async function recordProblems(context: BrowserContext): Promise<EditorProblem[]> {
  const problems: EditorProblem[] = []
  await context.exposeBinding(
    'iotHubProblem',
    (_, kind: EditorProblem['kind'], text: string) => void problems.push({ kind, text }),
  )
  // tsx marks named functions with a helper of its own, which pages do not have.
  await context.addInitScript('globalThis.__name ??= (named) => named')
  await context.addInitScript(watchWebview)
  const listen = (page: Page) =>
    page.on(
      'console',
      (message) => void (ofWebview(message) && problems.push({ kind: 'console', text: message.text() })),
    )
  context.pages().forEach(listen)
  context.on('page', listen)
  return problems
}

/** Webviews load their files from this made-up host; the workbench itself does not. */
const ofWebview = (message: ConsoleMessage) =>
  message.type() === 'error' && /vscode-resource|\/fake\.html/.test(message.location().url)

/**
 * Runs inside every frame before anything else does. VS Code writes a webview's page into an empty frame, and `open()`
 * drops all listeners: so they are set right after it.
 */
function watchWebview(): void {
  if (window === window.top) return
  const report = (window as unknown as { iotHubProblem(kind: string, text: string): void }).iotHubProblem
  const told = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error))
  const onViolation = ({
    effectiveDirective,
    blockedURI,
    sourceFile,
    lineNumber,
    sample,
  }: SecurityPolicyViolationEvent) =>
    report('policy', `${effectiveDirective} refused ${blockedURI} (${sourceFile}:${lineNumber}) ${sample}`)
  const onError = (event: ErrorEvent) => report('error', told(event.error ?? event.message))
  const onRejection = (event: PromiseRejectionEvent) => report('error', told(event.reason))
  Document.prototype.open = new Proxy(Document.prototype.open, {
    apply(target, self: Document, args) {
      const opened: unknown = Reflect.apply(target, self, args)
      self.addEventListener('securitypolicyviolation', onViolation)
      window.addEventListener('error', onError)
      window.addEventListener('unhandledrejection', onRejection)
      return opened
    },
  })
}
