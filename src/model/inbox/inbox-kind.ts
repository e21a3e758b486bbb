/**
 * How requests of one kind are told to a person, and what the page asks for: plain data, no HTML. What an answer does
 * stands in src/pipeline/inbox, under the same name.
 */
export interface InboxKind<Request, Facts> {
  /** What tells a request from others of its kind and server: the same again only renews it. */
  matterOf(request: Request): string
  /** One line for a terminal or a list. */
  line(request: Request, server: string): string
  title(request: Request): string
  /** @param facts  what holds at the moment in which the page is shown */
  form(request: Request, facts: Facts): InboxForm
}

export interface InboxForm {
  readonly paragraphs: readonly Paragraph[]
  /** Shown below them, each side by side. */
  readonly comparisons?: readonly InboxComparison[]
  readonly fields: readonly InboxField[]
  /** What a person can decide, besides declining. */
  readonly answers: readonly InboxChoice[]
}

/** Texts in a row; what a person must look at, such as a host, is strong. */
export type Paragraph = readonly (string | { readonly strong: string })[]

export interface InboxComparison {
  readonly title: string
  readonly before: string
  readonly after: string
  /** In words what is different. */
  readonly differences: readonly string[]
}

export interface InboxField {
  readonly name: string
  readonly label: string
  readonly type: 'password' | 'text' | 'file'
  readonly isOptional?: boolean
}

export interface InboxChoice {
  readonly name: string
  readonly label: string
  /** It takes what stands in the fields. */
  readonly takesFields: boolean
}
