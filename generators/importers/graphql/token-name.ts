import { secretName, words } from '../openapi/secret-names.ts'

/** What the token of a GraphQL endpoint is called: `api.shop.example` wants SHOP_EXAMPLE_TOKEN. */
export function tokenNameOf(host: string): string {
  const telling = host
    .replace(/:\d+$/, '')
    .split('.')
    .filter((part) => !/^(api|www|graphql|com|net|org|io|dev)$/.test(part))
  return secretName(`${words(telling.join('_')) || 'API'}_TOKEN`)
}
