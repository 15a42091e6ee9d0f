import { commands as editor, env, l10n } from 'vscode'
import type { HubApi } from '../../shared/api.ts'
import { done } from '../ask.ts'
import { commands } from '../commands.ts'
import { NoticeNode } from '../tree/nodes/notice.ts'
import type { WithHub } from '../with-hub.ts'

/** What can be done with what needs attention. */
export function attentionCommands(withHub: WithHub) {
  return {
    [commands.showAttention]: () => editor.executeCommand('iotHub.attention.focus'),
    [commands.dismissNotice]: withHub((api, given?: unknown) =>
      given instanceof NoticeNode ? dismiss(api, [given.view.id]) : undefined,
    ),
    [commands.dismissAllNotices]: withHub(async (api) =>
      dismiss(
        api,
        (await api.notices()).map(({ id }) => id),
      ),
    ),
    [commands.copyNotice]: async (given?: unknown) => {
      if (!(given instanceof NoticeNode)) return
      await env.clipboard.writeText(given.text)
      done(l10n.t('Copied'))
    },
  }
}

/** One that is cured meanwhile is gone already. */
async function dismiss(api: HubApi, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await api.dismissNotice(id).catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== 'NOT_FOUND') throw error
    })
  }
}
