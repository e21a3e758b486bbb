/** A setting of the Worker is missing or wrong. The message says which, and what it should be. */
export class NotConfigured extends Error {
  override readonly name = 'NotConfigured'
}
