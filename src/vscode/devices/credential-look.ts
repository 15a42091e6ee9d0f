import { l10n } from 'vscode'
import type { CredentialView } from '../../shared/api.ts'

/** What people call it: the beginning of its id, or what it is. */
export function credentialLabel({ kind, id }: CredentialView): string {
  return kind === 'certificate' ? l10n.t('Certificate {0}', id.slice(0, 8)) : l10n.t('Secret')
}

/** Its state in words, and since when and till when it holds. */
export function credentialFacts(
  { status, createdAt, expiresAt, connections, alsoOf, automatic }: CredentialView,
  now: number,
): string[] {
  return [
    statusWord(status, expiresAt !== undefined && expiresAt <= now),
    ...(connections > 0 ? [l10n.t('in use now')] : []),
    ...(automatic === true ? [l10n.t('registered by connecting')] : []),
    ...(createdAt === undefined ? [] : [l10n.t('since {0}', new Date(createdAt).toLocaleString())]),
    ...(alsoOf.length > 0
      ? [l10n.t('also of {0}', alsoOf.slice(0, 3).join(', ') + (alsoOf.length > 3 ? ' …' : ''))]
      : []),
  ]
}

function statusWord(status: CredentialView['status'], expired: boolean): string {
  if (expired) return l10n.t('expired')
  switch (status) {
    case 'active':
      return l10n.t('active')
    case 'inactive':
      return l10n.t('inactive')
    case 'revoked':
      return l10n.t('revoked')
  }
}

/** Its icon: one that lets nobody in looks it. */
export const credentialIcon = ({ kind, status }: CredentialView): string =>
  status !== 'active' ? 'circle-slash' : kind === 'certificate' ? 'verified' : 'key'
