import { randomUUID } from 'node:crypto'
import { createRequestStateCodec, type ServerContext } from '@modelcontextprotocol/server'
import { defaults } from '../config/defaults.ts'
import type { Principal } from '../model/principal.ts'
import { type CallToConfirm, digestOfCall, takeConfirmation } from '../pipeline/confirmed-call.ts'
import type { Services } from '../pipeline/services.ts'

/**
 * What a sealed text is good for: a `token` as the argument `confirm`; a `question` with the answer to it; `agreed` for
 * a call that was agreed to and is made again for another reason.
 */
type Use = 'token' | 'question' | 'agreed'

interface Sealed {
  readonly use: Use
  readonly id: string
  readonly digest: string
}

/** Texts that confirm one call, once, for ten minutes. They pass through the client, and it can't make one. */
export interface ConfirmationSeal {
  mint(use: Use, call: CallToConfirm): Promise<{ readonly id: string; readonly text: string }>
  /** @returns its id, when the text was sealed for this use and call; undefined for any other */
  read(use: Use, text: string | undefined, call: CallToConfirm): Promise<string | undefined>
  /** The same, and uses it up. */
  redeem(use: Use, text: string | undefined, call: CallToConfirm): Promise<boolean>
}

export function confirmationSeal(services: Pick<Services, 'db' | 'vault'>, principal: Principal): ConfirmationSeal {
  const codec = createRequestStateCodec<Sealed>({
    key: services.vault.deriveKey('confirmation', principal.tenantId),
    ttlSeconds: defaults.confirmation.tokenMs / 1_000,
  })
  const read: ConfirmationSeal['read'] = async (use, text, call) => {
    if (text === undefined) return undefined
    // Without a binding the codec looks at no context; ours is in the digest.
    const sealed = await codec.verify(text, {} as ServerContext).catch(() => undefined)
    return sealed?.use === use && sealed.digest === digestOfCall(call) ? sealed.id : undefined
  }
  return {
    async mint(use, call) {
      const id = randomUUID()
      return { id, text: await codec.mint({ use, id, digest: digestOfCall(call) }) }
    },
    read,
    async redeem(use, text, call) {
      const id = await read(use, text, call)
      return id !== undefined && (await takeConfirmation(services, principal, id))
    },
  }
}
