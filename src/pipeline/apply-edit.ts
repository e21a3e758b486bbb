import { MetaError } from '../errors/meta-error.ts'

/** One piece of a text, and what takes its place. */
export interface Edit {
  readonly old: string
  readonly new: string
}

/**
 * @param place  what the text is, for people: `the code of "add"`
 * @throws MetaError ARGUMENTS_INVALID when the piece is not there, or not once
 */
export function applyEdit({ old, new: text }: Edit, whole: string, place: string): string {
  const places = whole.split(old).length - 1
  if (places === 1) return whole.replace(old, () => text)
  throw new MetaError(
    'ARGUMENTS_INVALID',
    `"${shorten(old)}" stands ${places === 0 ? 'nowhere' : `${places} times`} in ${place}. Nothing was changed.`,
    places === 0
      ? `Give a piece as it is, with its spaces. It begins: ${shorten(whole, 300)}`
      : 'Give a longer piece around it, which is there once.',
  )
}

function shorten(text: string, most = 80): string {
  return text.length > most ? `${text.slice(0, most)}…` : text
}
