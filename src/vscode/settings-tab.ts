/**
 * The command that opens the settings where all of the hub's can be seen and changed: those of the machine are not on
 * the user's tab of a remote window.
 */
export function settingsCommand({ folders, remote }: { folders: boolean; remote: boolean }): string {
  const tab = folders ? 'Workspace' : remote ? 'Remote' : ''
  return `workbench.action.open${tab}Settings`
}
