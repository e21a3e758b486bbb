import type { Finding } from '../model/finding.ts'
import type { ServerDefinition } from '../model/server-definition.ts'
import { type ListedDigests, readServer } from './checked-server.ts'
import { toFindings } from './findings.ts'
import { rules } from './rules.ts'

export interface CheckOptions {
  readonly listed?: ListedDigests
  /** Rules, by their ids or the beginnings of them (`X`); all by default. */
  readonly only?: readonly string[]
}

/**
 * Runs the rules over a definition. Pure, without network or model: the same definition gives the same findings.
 * Takes about half a second for 1,200 operations, so that large definitions go to a worker process.
 */
export function checkDefinition(definition: ServerDefinition, { listed, only }: CheckOptions = {}): readonly Finding[] {
  const server = readServer(definition, listed)
  return rules
    .filter(({ id }) => !only || only.some((wanted) => id.startsWith(wanted)))
    .flatMap((rule) => toFindings(rule, rule.find(server)))
}
