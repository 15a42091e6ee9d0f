import { l10n } from 'vscode'
import type { NoticeView } from '../../shared/api.ts'
import { nameOf } from '../../shared/keys.ts'

/** Whom it is about, as people call it; what is about nobody in particular is about the hub. */
export function whoOf({ about, code }: NoticeView): string {
  if (about === undefined) return code === 'more' ? l10n.t('Others') : l10n.t('The hub')
  switch (about.type) {
    case 'device':
    case 'job':
      return nameOf(about.name)
    case 'client':
    case 'address':
    case 'cloud':
      return about.name
  }
}

/** What happened. */
export function whatOf({ code, subject = '', text }: NoticeView): string {
  switch (code) {
    case 'connectRefused':
    case 'connectUnclaimed':
      return l10n.t('was not let in')
    case 'publishDropped':
      return l10n.t('a message to {0} was dropped', subject)
    case 'publishClosed':
      return l10n.t('was disconnected for a message to {0}', subject)
    case 'subscribeRefused':
      return l10n.t('may not subscribe to {0}', subject)
    case 'subscribeClosed':
      return l10n.t('was disconnected for subscribing to {0}', subject)
    case 'tlsFailed':
      return l10n.t('a TLS handshake failed')
    case 'ignored':
      return l10n.t('{0} was accepted, but ignored', subject)
    case 'more':
      return l10n.t('There were more of this kind than are kept.')
    case 'client':
    case 'hub':
      return text
  }
}

/** Why, if the hub says so; in its own words. */
export const whyOf = ({ code, cause }: NoticeView): string | undefined =>
  code === 'connectUnclaimed' ? l10n.t('no cloud has clients that connect like this') : cause

/** What to do about it. */
export function cureOf({ code, cure }: NoticeView): string | undefined {
  switch (code) {
    case 'publishDropped':
    case 'publishClosed':
      return l10n.t('Have it publish to a topic of its own, or allow it there.')
    case 'subscribeRefused':
    case 'subscribeClosed':
      return l10n.t('Have it subscribe to what is its own, or allow it there.')
    case 'ignored':
      return l10n.t(
        'The cloud acts on it and this hub does not: do not rely on it here, or refuse it with the setting iotHub.strict.',
      )
    default:
      return cure
  }
}

/** Whether somebody has to do something: what is merely ignored may stay so. */
export const isUrgent = ({ kind }: NoticeView): boolean => kind !== 'ignored'
