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
  /**
   * Whether a link will do that a tool gave out, which a model with a browser of its own can open. It can hand over what
   * it has, and allow itself nothing; anything else needs the link of `mcpwright inbox`.
   */
  readonly byToolLink?: true
}

/** What is left of a form for who came by a link of a tool. */
export function formByToolLink(form: InboxForm): InboxForm {
  const answers = form.answers.filter(({ byToolLink }) => byToolLink)
  if (answers.length === form.answers.length) return form
  const elsewhere = ['More can be chosen on the page that ', { strong: 'mcpwright inbox' }, ' opens, in a terminal.']
  return { ...form, answers, paragraphs: [...form.paragraphs, elsewhere] }
}
