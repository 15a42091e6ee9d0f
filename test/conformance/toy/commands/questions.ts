import type { Device } from '../../../../src/core/device/model.ts'
import type { DomainEvent } from '../../../../src/core/events.ts'
import { nameOf, type DeviceKey } from '../../../../src/core/ids.ts'
import type { Context } from '../../../../src/dialect/dialect.ts'
import { tell } from '../mqtt/tell.ts'
import { json, refusal } from '../wire/errors.ts'

/** How long a toy may take to answer, and to come, unless the question says otherwise; milliseconds. */
export const ANSWER_MS = 5000

/** A toy that has put on its ears: it has subscribed to questions. */
export function reachable(ctx: Context, device: DeviceKey): boolean {
  for (const { subscriptions } of ctx.connections.ofDevice(device))
    for (const filter of subscriptions.keys()) if (/\/(?:#|question\/[+#])$/.test(filter)) return true
  return false
}

/** Puts a question to a toy, when it comes if need be; the HTTP request of that id is answered in the end. */
export function ask(
  ctx: Context,
  device: Device,
  question: { text: string; request: string; connectMs: number; answerMs: number },
): void {
  const { text, request, connectMs, answerMs } = question
  ctx.engine.commands.call(ctx.turn, {
    device: device.key,
    id: ctx.ids.uuid(),
    name: 'question',
    payload: text,
    asker: request,
    answerMs,
    connectMs,
    reachable: reachable(ctx, device.key),
  })
}

/** Takes an answer; one that nobody waits for is none. */
export const answered = (ctx: Context, device: DeviceKey, id: string, payload: Buffer): void =>
  void ctx.engine.commands.answer(ctx.turn, device, id, { payload })

export function questionEvent(ctx: Context, event: DomainEvent): void {
  if (event.type === 'command.due') {
    const { device, id, payload } = event.command
    tell(ctx, device, { device: nameOf(device), verb: 'question', question: id }, payload)
  } else if (event.type === 'command.ended') {
    const { outcome, command } = event
    const response =
      outcome.type === 'ANSWERED'
        ? json({ Answer: Buffer.from(outcome.answer.payload).toString() })
        : refusal(outcome.type, 'the toy has not answered', 504)
    ctx.act({ type: 'respond', request: command.asker, response }, 'AskToy')
  }
}

/** After a start nobody waits any more: those who did were connected to the hub that was. */
export function forgetQuestions(ctx: Context): void {
  for (const { device, id } of [...ctx.engine.commands.all()])
    if (device.startsWith('toy/')) ctx.engine.commands.withdraw(device, id)
}
