/** One answer as it came over the wire, `100 Continue` left out. */
export interface Read {
  status: number
  close: boolean
  body: string
}

const FIELD = (name: string): RegExp => new RegExp(`\\r\\n${name}: ([^\\r]*)`, 'i')

/** Takes a stream of answers apart; what is left at its end is an error, unless the connection may have broken. */
export function readAnswers(received: string, mayBreak = false): Read[] {
  const answers: Read[] = []
  let rest = received
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n')
    const head = rest.slice(0, end + 2)
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1])
    // Node's own refusals are chunked, and empty.
    const length = FIELD('transfer-encoding').test(head)
      ? '0\r\n\r\n'.length
      : Number(FIELD('content-length').exec(head)?.[1] ?? 0)
    if (end < 0 || Number.isNaN(status) || rest.length < end + 4 + length) {
      if (mayBreak) break
      throw new Error(`no whole answer: ${JSON.stringify(rest)} after ${JSON.stringify(answers)}`)
    }
    const body = rest.slice(end + 4, end + 4 + length)
    if (status !== 100) answers.push({ status, close: /close/i.test(FIELD('connection').exec(head)?.[1] ?? ''), body })
    rest = status === 101 ? '' : rest.slice(end + 4 + length)
  }
  return answers
}
