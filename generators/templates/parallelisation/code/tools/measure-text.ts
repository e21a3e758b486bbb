import { measureText } from '../shared/measure-text.ts'

/** Does the work on one text. */
export default async function measure({ text }: { readonly text: string }): Promise<object> {
  return measureText(text)
}
