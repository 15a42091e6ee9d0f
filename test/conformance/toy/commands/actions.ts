import type { Route } from '../../../../src/dialect/dialect.ts'
import { action } from '../http/action.ts'
import { json } from '../wire/errors.ts'
import { post } from './mail.ts'
import { ANSWER_MS, ask } from './questions.ts'

/** What people say to toys. */
export const commandActions: Route[] = [
  action('SendMail', ({ ctx, text, device }) => json({ Letter: post(ctx, device().key, text('Text')) })),
  action('GetNote', ({ ctx, device }) => {
    const note = ctx.retained.get(`toy/${device().name}/note`)
    return json({ Note: note && Buffer.from(note.payload).toString(), At: note?.at })
  }),
  action('ListNotes', ({ ctx }) => json({ Topics: [...ctx.retained.all()].map(({ topic }) => topic).sort() })),
  action('AskToy', ({ ctx, request, text, count, device }) => {
    const [connectMs, answerMs] = [count('ConnectMs', 0), count('AnswerMs', ANSWER_MS)]
    ask(ctx, device(), { text: text('Text'), request: request.id, connectMs, answerMs })
    return 'later'
  }),
]
