import type { TenantId } from '../model/ids.ts'
import { maskKeys } from './key-patterns.ts'
import { type NamedValue, redactText } from './redact.ts'

/**
 * Knows every secret value that has passed through this process, and takes it out of what is about to leave: answers,
 * errors, audit events and logs.
 */
export interface Redactor {
  /** From now on the value is taken out. @param tenantId  absent: a value that all tenants' servers may use */
  learn(secret: NamedValue, tenantId?: TenantId): void
  /** The name of a secret of the tenant whose very value stands in the text. */
  findValue(text: string, tenantId: TenantId): string | undefined
  /** Takes the tenant's values out of texts anywhere in a JSON value. The same value when there is none. */
  redact<Value>(value: Value, tenantId: TenantId): Value
  /** For logs: takes out all tenants' values, and whatever looks like a key. */
  redactLog(text: string): string
}

/** Secrets of one name and several values are all kept: an old value may still be in a log to come. */
export function createRedactor(): Redactor {
  const everyones = new Map<string, NamedValue>()
  const tenants = new Map<TenantId, Map<string, NamedValue>>()
  const known = (tenantId: TenantId): readonly NamedValue[] => [
    ...(tenants.get(tenantId)?.values() ?? []),
    ...everyones.values(),
  ]
  return {
    learn(secret, tenantId) {
      const store = tenantId === undefined ? everyones : (tenants.get(tenantId) ?? new Map<string, NamedValue>())
      store.set(secret.value, secret)
      if (tenantId !== undefined) tenants.set(tenantId, store)
    },
    findValue: (text, tenantId) => known(tenantId).find((secret) => redactText(text, [secret]) !== text)?.name,
    redact(value, tenantId) {
      const text = JSON.stringify(value)
      if (text === undefined) return value
      const redacted = redactText(text, known(tenantId))
      // The same shape: a name in the place of a value.
      return redacted === text ? value : (JSON.parse(redacted) as typeof value)
    },
    redactLog(text) {
      const all = [...tenants.values()].flatMap((values) => [...values.values()])
      return maskKeys(redactText(text, [...all, ...everyones.values()]))
    },
  }
}
