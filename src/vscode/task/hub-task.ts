import {
  CustomExecution,
  l10n,
  Task,
  TaskPanelKind,
  TaskRevealKind,
  tasks,
  TaskScope,
  Uri,
  workspace,
  type Disposable,
  type TaskDefinition,
} from 'vscode'
import type { Host } from '../host.ts'
import { HubTerminal, type TaskHub } from './hub-terminal.ts'

/** The type in `tasks.json`, and the source in front of the task’s name. */
const taskType = 'iot-hub'

/** The same in every language: `launch.json` names it, and is shared. */
const name = 'start'

/**
 * Lets `preLaunchTask` and other tasks wait for the hub: `iot-hub: start` begins it unless it runs, and counts as done
 * once it is ready.
 */
export function registerHubTask(host: Host, hub: TaskHub): Disposable {
  return tasks.registerTaskProvider(taskType, {
    provideTasks: () => [hubTask({ type: taskType }, TaskScope.Workspace, host, hub)],
    resolveTask: ({ definition, scope }) => hubTask(definition, scope ?? TaskScope.Workspace, host, hub),
  })
}

/** The settings of the task's folder, whether that has any yet or not. */
function settingsOf(scope: NonNullable<Task['scope']>): string {
  const folder = typeof scope === 'object' ? scope : workspace.workspaceFolders?.[0]
  return folder === undefined ? 'settings.json' : Uri.joinPath(folder.uri, '.vscode', 'settings.json').fsPath
}

function hubTask(definition: TaskDefinition, scope: NonNullable<Task['scope']>, host: Host, hub: TaskHub): Task {
  const execution = new CustomExecution(() => Promise.resolve(new HubTerminal(host, hub, settingsOf(scope))))
  const task = new Task(definition, scope, name, taskType, execution, '$iot-hub')
  task.isBackground = true
  task.detail = l10n.t('Starts the hub unless it runs already; who waits for this task waits until devices can connect')
  task.presentationOptions = { reveal: TaskRevealKind.Silent, panel: TaskPanelKind.Dedicated, showReuseMessage: false }
  return task
}
