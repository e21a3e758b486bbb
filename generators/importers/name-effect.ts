import type { Effect } from '../../runtime/library/operation.ts'
import { toName } from './openapi/operation-names.ts'

const READS =
  /^(get|list|find|search|query|read|fetch|lookup|look|retrieve|describe|count|show|view|check|verify|validate|test|ping|echo|hello|version|status|is|has|exists|calculate|compute|convert|compare|estimate|preview|download|export|browse|select|inquire|enquire|ask|peek|watch|tail)$/
/** Also where words are not told apart: `deleteorder`. */
const DELETES = /^(delete|remove|destroy|purge|drop|revoke|cancel|archive|erase|terminate)/
const WRITES = /^(create|add|set|update|put|insert|save|store|send|submit|make|generate|login|logout)$/

/**
 * What an operation does, by the verb of its name, where a description says no more. Only a verb that reads makes it a
 * read: `GetOrCreateUser` and `GetAndDeleteMessage` change something.
 */
export function effectOfName(name: string): Effect {
  const [first = '', ...others] = (toName(name) ?? '').split('_')
  if (DELETES.test(first)) return 'delete'
  if (!READS.test(first)) return 'write'
  const joined = others.flatMap((word, index) => (/^(or|and|then)$/.test(word) ? [others[index + 1] ?? ''] : []))
  if (joined.some((word) => DELETES.test(word))) return 'delete'
  return joined.some((word) => WRITES.test(word)) ? 'write' : 'read'
}
