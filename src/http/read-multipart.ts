import { MetaError } from '../errors/meta-error.ts'

/** What was sent in a form, files as their text in UTF-8. */
export type FormTexts = ReadonlyMap<string, string>

/**
 * Reads `multipart/form-data` (RFC 7578) with the platform's own parser.
 * @throws MetaError DESCRIPTION_UNREADABLE
 */
export async function readMultipart(body: Uint8Array, contentType: string): Promise<FormTexts> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } })
    .formData()
    .catch((cause: unknown) => {
      throw new MetaError(
        'DESCRIPTION_UNREADABLE',
        'The multipart form can not be read.',
        'Send the description as its field "file".',
        { cause },
      )
    })
  const texts = new Map<string, string>()
  for (const [name, value] of form) texts.set(name, typeof value === 'string' ? value : await value.text())
  return texts
}
