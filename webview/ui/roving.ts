const steps: Record<string, (at: number, last: number) => number> = {
  ArrowRight: (at, last) => (at === last ? 0 : at + 1),
  ArrowLeft: (at, last) => (at === 0 ? last : at - 1),
  Home: () => 0,
  End: (_, last) => last,
}

/**
 * Makes one stop of the Tab key of all buttons of a bar; arrow keys move between them. Call the result when they have
 * become others.
 */
export function rove(bar: HTMLElement, buttons: () => readonly HTMLElement[]): () => void {
  const stop = (chosen: EventTarget | null) => {
    const all = buttons()
    const able = usable(all)
    const first = able.find((button) => button === chosen) ?? able.find((button) => button.tabIndex === 0) ?? able[0]
    for (const button of all) button.tabIndex = button === first ? 0 : -1
  }
  bar.addEventListener('focusin', ({ target }) => stop(target))
  bar.addEventListener('keydown', (event) => {
    const step = steps[event.key]
    const able = usable(buttons())
    const at = able.findIndex((button) => button === event.target)
    if (step === undefined || at === -1) return
    event.preventDefault()
    able[step(at, able.length - 1)]?.focus()
  })
  return () => stop(document.activeElement)
}

const usable = (buttons: readonly HTMLElement[]) =>
  buttons.filter((button) => !(button as HTMLButtonElement).disabled && !button.hidden)
