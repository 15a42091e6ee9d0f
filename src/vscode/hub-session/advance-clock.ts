import { l10n, window } from 'vscode'
import { askText, back, done, pick } from '../ask.ts'
import { parseSpan } from '../spans.ts'
import type { Host } from '../host.ts'

/** Moves a virtual clock on: to what is due next, or by a span. */
export async function advanceClock(host: Host): Promise<void> {
  const api = host.api()
  if (api === undefined) return
  const title = l10n.t('Move the Hub’s Clock')
  const row = (label: string, value: number | 'next' | 'other', description?: string) => ({
    label,
    value,
    ...(description !== undefined && { description }),
  })
  const chosen = await pick<number | 'next' | 'other'>({ title }, [
    row(l10n.t('To what is due next'), 'next', l10n.t('a timeout, a rollout step, a schedule …')),
    row(l10n.t('By a minute'), 60_000),
    row(l10n.t('By an hour'), 3_600_000),
    row(l10n.t('By a day'), 86_400_000),
    row(l10n.t('By another span…'), 'other'),
  ])
  if (chosen === undefined || chosen === back) return
  const by = chosen === 'other' ? await askSpan(title) : chosen
  if (by === undefined) return
  try {
    const { now } = await api.advance(by)
    done(l10n.t('For the hub it is {0} now', new Date(now).toLocaleString()))
  } catch (error) {
    await window.showErrorMessage(error instanceof Error ? error.message : String(error))
  }
}

async function askSpan(title: string): Promise<number | undefined> {
  const text = await askText({ title, placeholder: l10n.t('For example 90s, 15m, 2h, 7d') }, (typed) =>
    parseSpan(typed) === undefined ? l10n.t('A number and s, m, h or d, as in 15m') : undefined,
  )
  return typeof text === 'string' ? parseSpan(text) : undefined
}
