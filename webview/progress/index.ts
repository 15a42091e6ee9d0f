import type { FromProgress, ProgressState, ToProgress } from '../../src/shared/progress-messages.ts'
import { connect } from '../api.ts'
import '../ui/base.css'
import { registerElements } from '../ui/toolkit.ts'
import { createFormat } from './format.ts'
import { Panel, useWords } from './panel.ts'
import './progress.css'

registerElements()

let panel: Panel | undefined

const channel = connect<ToProgress, FromProgress, ProgressState>((message) => {
  panel ??= create(message)
  panel?.receive(message)
})

/** The first message brings the words that the page is made of. */
function create(message: ToProgress): Panel | undefined {
  if (!('words' in message)) return undefined
  useWords(message.words)
  const job = message.type === 'init' ? message.job.key : message.job
  const saved = channel.load()
  const state = saved?.job === job ? saved : { job }
  channel.save(state)
  const created = new Panel(channel, createFormat(document.documentElement.lang), state)
  document.body.append(created.element)
  return created
}

channel.post({ type: 'ready' })
