import type { InboxFacts, InboxItem, InboxKindName, InboxRequest } from '../../model/inbox/inbox-item.ts'
import type { Principal } from '../../model/principal.ts'
import type { Services } from '../services.ts'

/** What a person decided on the page: the name of a choice of the form, and what they entered. */
export interface InboxAnswer {
  readonly choice: string
  /** Trimmed, but the text of a file; fields that are not optional are never empty. */
  readonly fields: Readonly<Record<string, string>>
}

/** A page of others that a person goes to, and what their browser keeps until it comes back. */
export interface Elsewhere {
  readonly url: string
  readonly browserToken: string
}

/** What the answers to one kind of request do. Only the inbox page calls them: no tool answers for a person. */
export interface InboxAnswers<Name extends InboxKindName> {
  /** What the form has to know: see the kind in src/model/inbox. */
  look(item: InboxItem<InboxRequest<Name>>, services: Services, principal: Principal): Promise<InboxFacts<Name>>
  /**
   * Does what a person allowed; the item is taken out afterwards.
   * @returns what was done, for the person; or where they go on, and then the item stays until they come back
   * @throws MetaError for what the person can mend; the item stays
   */
  answer(
    item: InboxItem<InboxRequest<Name>>,
    answer: InboxAnswer,
    services: Services,
    principal: Principal,
  ): Promise<string | Elsewhere>
}
