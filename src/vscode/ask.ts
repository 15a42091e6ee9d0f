import { Disposable, l10n, QuickInputButtons, window, type QuickPickItem } from 'vscode'

/** A row that stands for something. */
export interface Choice<T> extends QuickPickItem {
  value: T
}

/** The user wants the question before this one. */
export const back = Symbol('back')

/** What stands there instead of rows that cannot be had; who picks it asks once more. */
const again = Symbol('again')

const failureRow = (error: unknown): Choice<typeof again> => ({
  label: `$(warning) ${l10n.t('The hub does not answer')}`,
  description: l10n.t('try again'),
  detail: error instanceof Error ? error.message : String(error),
  alwaysShow: true,
  value: again,
})

export interface Question {
  title: string
  placeholder?: string
  /** Whether there is a question before this one. */
  canGoBack?: boolean
  /** What is asked stays open when the user looks elsewhere. */
  stay?: boolean
}

/** Lets the user pick a row; with a function, rows follow what is typed. `undefined`: changed their mind. */
export function pick<T>(
  question: Question,
  rows: Choice<T>[] | ((typed: string) => Promise<Choice<T>[]>),
): Promise<T | typeof back | undefined> {
  const box = window.createQuickPick<Choice<T | typeof again>>()
  box.title = question.title
  box.placeholder = question.placeholder
  box.ignoreFocusOut = question.stay === true
  box.buttons = question.canGoBack === true ? [QuickInputButtons.Back] : []
  box.matchOnDescription = true
  box.matchOnDetail = true
  let latest = 0
  const ask = async (typed: string) => {
    if (typeof rows !== 'function') return
    const mine = ++latest
    box.busy = true
    const found = await rows(typed).catch((error: unknown): Choice<typeof again>[] => [failureRow(error)])
    if (mine !== latest) return
    box.items = found
    box.busy = false
  }
  if (typeof rows === 'function') void ask('')
  else box.items = rows
  return new Promise((resolve) => {
    const registrations = Disposable.from(
      box,
      box.onDidChangeValue((typed) => void ask(typed)),
      box.onDidTriggerButton(() => settle(back)),
      box.onDidAccept(() => {
        const [chosen] = box.selectedItems
        if (chosen?.value === again) void ask(box.value)
        else if (chosen !== undefined) settle(chosen.value)
      }),
      box.onDidHide(() => settle(undefined)),
    )
    const settle = (answer: T | typeof back | undefined) => {
      resolve(answer)
      registrations.dispose()
    }
    box.show()
  })
}

/** Asks for a text; `check` says what is wrong with it, as it is typed. */
export function askText(
  question: Question & { value?: string },
  check: (text: string) => string | undefined,
): Promise<string | typeof back | undefined> {
  const box = window.createInputBox()
  box.title = question.title
  box.prompt = question.placeholder
  box.value = question.value ?? ''
  box.ignoreFocusOut = true
  box.buttons = question.canGoBack === true ? [QuickInputButtons.Back] : []
  return new Promise((resolve) => {
    const registrations = Disposable.from(
      box,
      box.onDidChangeValue((text) => (box.validationMessage = text === '' ? undefined : check(text))),
      box.onDidTriggerButton(() => settle(back)),
      box.onDidAccept(() => {
        box.validationMessage = check(box.value)
        if (box.validationMessage === undefined) settle(box.value)
      }),
      box.onDidHide(() => settle(undefined)),
    )
    const settle = (text: string | typeof back | undefined) => {
      resolve(text)
      registrations.dispose()
    }
    box.show()
  })
}

/**
 * Asks before something that cannot be undone. `deed` says what will be done, and to what. The way out is VS Code's own
 * “Cancel”, unless that could be taken for the deed: then `out` says what stays as it is.
 */
export async function confirm(text: string, detail: string, deed: string, out?: string): Promise<boolean> {
  const yes = { title: deed }
  const ways = out === undefined ? [yes] : [yes, { title: out, isCloseAffordance: true }]
  return (await window.showWarningMessage(text, { modal: true, detail }, ...ways)) === yes
}

/** A quiet word that something was done, where the user is not looking for it elsewhere. */
export const done = (text: string): void => void window.setStatusBarMessage(`$(check) ${text}`, 4000)

export const notRunning = (): string => l10n.t('The hub is not running.')
