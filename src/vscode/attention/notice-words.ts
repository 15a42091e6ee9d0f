import { l10n } from 'vscode'
import type { NoticeView } from '../../shared/api.ts'
import { nameOf } from '../../shared/keys.ts'
import type { Said } from '../../shared/say-in.ts'
import { flagsToSettings } from '../flags-to-settings.ts'
import { inWords } from '../in-words.ts'

/** Whom it is about, as people call it; what is about nobody in particular is about the hub. */
export function whoOf({ about, code }: NoticeView): string {
  if (about === undefined) return code === 'more' ? l10n.t('Others') : l10n.t('The hub')
  switch (about.type) {
    case 'device':
    case 'job':
      return nameOf(about.name)
    case 'client':
    case 'cloud':
      return about.name
    case 'address':
      // Where the address is not known any more, it stands for “a client”.
      return inWords(about.name)
  }
}

/** What happened. */
export function whatOf({ code, subject = '', text, says }: NoticeView): string {
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
      return l10n.t('{0} was accepted, but ignored', said(text, says?.text))
    case 'more':
      return l10n.t('There were more of this kind than are kept.')
    case 'client':
    case 'hub':
      return said(text, says?.text)
  }
}

/** Why, if the hub says so. */
export const whyOf = ({ cause, says }: NoticeView): string | undefined => cause && said(cause, says?.cause)

/** What to do about it. */
export function cureOf({ code, cure, says }: NoticeView): string | undefined {
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
      return cure && said(cure, says?.cure)
  }
}

/** Whether somebody has to do something: what is merely ignored may stay so. */
export const isUrgent = ({ kind }: NoticeView): boolean => kind !== 'ignored'

/** What the hub says in English, made of `says` if something went into it. */
const said = (english: string, says: Said | undefined): string => flagsToSettings(inWords(says ?? english))
