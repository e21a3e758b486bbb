import type { InboxKind } from './inbox-kind.ts'

/** An API description that only the person has, or that is too big to paste. */
export interface DescriptionRequest {
  readonly kind: 'description'
  /** Under which an import takes it: `inbox:<name>`. */
  readonly name: string
}

export const descriptionKind: InboxKind<DescriptionRequest, undefined> = {
  matterOf: ({ name }) => name,
  line: ({ name }, server) => `drop the API description "${name}" (${server})`,
  title: ({ name }) => `API description "${name}"`,
  form: ({ name }) => ({
    paragraphs: [
      ['Drop the file on the field, or choose it: an OpenAPI description as JSON or YAML, up to 32 MB.'],
      ['The chat can then import it as ', { strong: `inbox:${name}` }, ' for seven days. Models read what is in it.'],
    ],
    fields: [{ name: 'file', label: 'File', type: 'file' }],
    answers: [{ name: 'drop', label: 'Hand it over', takesFields: true, byToolLink: true }],
  }),
}
