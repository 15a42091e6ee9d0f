import { l10n } from 'vscode'
import type { Base, Saved } from './twin-edit.ts'

/** Why nothing was published. */
export function refusalText(saved: Exclude<Saved, { type: 'saved' }>, { version, desiredAt }: Base): string {
  const desired = desiredAt.join('.')
  switch (saved.type) {
    case 'notJson':
      return l10n.t('Not published: this is not JSON ({0}).', saved.reason)
    case 'notObject':
      return l10n.t('Not published: the document must be a JSON object.')
    case 'readOnly':
      return l10n.t(
        'Not published: {0} is what the device or the hub says. Edit {1}, and leave the rest as it is.',
        saved.field,
        desired,
      )
    case 'misplaced':
      return saved.field === desired
        ? l10n.t(
            'Not published: {0} must hold the desired state itself, as a JSON object, not a whole document with a {0} of its own.',
            desired,
          )
        : l10n.t('Not published: {0} has no place here. What the device is to do goes into {1}.', saved.field, desired)
    case 'conflict':
      return l10n.t(
        'Version conflict: the desired state was changed meanwhile. You edited version {0}, it is version {1} now. Nothing was published.',
        version,
        saved.current.version,
      )
  }
}
