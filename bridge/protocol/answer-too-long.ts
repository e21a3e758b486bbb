/** An answer, or one event of a stream, that is longer than it may be; the rest was left on the wire. */
export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong'

  constructor(limitBytes: number) {
    super(`It is longer than ${limitBytes} bytes.`)
  }
}
