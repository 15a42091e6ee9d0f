import { setTimeout as pause } from 'node:timers/promises'
import { commands, TabInputWebview, window, type Tab } from 'vscode'

/** How long a panel that is shown may take to wake up, and how often it is looked at; milliseconds. */
const patience = 3000
const step = 25

/**
 * After a reload VS Code shows the tab of a panel, but gives the panel back only once that tab is looked at: until then
 * the panel sleeps, and who opened another would have it twice. Wakes it, if there is a tab of this type and label
 * besides those of `others`, which are awake. `awake` gives the panel that is meant, as soon as it is.
 */
export async function wakePanel<T>(
  viewType: string,
  label: string,
  others: number,
  awake: () => T | undefined,
): Promise<T | undefined> {
  const tabs = tabsOf(viewType, label)
  if (tabs.length <= others) return undefined
  for (const tab of tabs) {
    await show(tab)
    for (const deadline = Date.now() + patience; Date.now() < deadline; await pause(step)) {
      const panel = awake()
      if (panel !== undefined) return panel
    }
  }
  return undefined
}

/** VS Code puts words of its own before the type. */
const tabsOf = (viewType: string, label: string): Tab[] =>
  window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(
      (tab) =>
        tab.label === label && tab.input instanceof TabInputWebview && tab.input.viewType.endsWith(`-${viewType}`),
    )

const ordinals = ['First', 'Second', 'Third', 'Fourth', 'Fifth', 'Sixth', 'Seventh', 'Eighth']

async function show(tab: Tab): Promise<void> {
  const { viewColumn, tabs } = tab.group
  const ordinal = ordinals[viewColumn - 1]
  if (ordinal !== undefined) await commands.executeCommand(`workbench.action.focus${ordinal}EditorGroup`)
  await commands.executeCommand('workbench.action.openEditorAtIndex', tabs.indexOf(tab))
}
