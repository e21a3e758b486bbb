/**
 * The base addresses that a description names, each once and in their order: "Orders of https://api.shop.example/v2."
 * gives `https://api.shop.example/v2`. Those with a user name or a password are left out.
 */
export function readAddresses(description: string): readonly string[] {
  const found = [...description.matchAll(/https?:\/\/[^\s"'<>()[\]{},;]+/gi)].flatMap(([text]) => {
    const url = URL.parse(text.replace(/[.!?:]+$/, ''))
    if (!url || url.username !== '' || url.password !== '') return []
    return [`${url.origin}${url.pathname}`.replace(/\/+$/, '')]
  })
  return [...new Set(found)]
}

/** As hosts are allowed: with the port, when it is not the scheme's own. */
export function hostsOf(addresses: readonly string[]): readonly string[] {
  return [...new Set(addresses.map((address) => new URL(address).host))]
}
