import { MetaError } from '../errors/meta-error.ts'

/** One answer to a GET, or undefined when there was none worth reading. */
export type FetchText = (url: string) => Promise<{ readonly url: string; readonly text: string } | undefined>

/** Where frameworks and gateways put their descriptions, the most usual first. */
const USUAL_PATHS = [
  '/openapi.json',
  '/openapi.yaml',
  '/swagger.json',
  '/v3/api-docs',
  '/swagger/v1/swagger.json',
  '/api-docs',
  '/v2/api-docs',
  '/api/openapi.json',
  '/api/swagger.json',
  '/docs/openapi.json',
  '/.well-known/openapi.json',
]

const MOST_REQUESTS = 20

/**
 * Finds the description behind a page: a Swagger UI, a Redoc or Scalar page, or any site that keeps it at one of the
 * usual places. RFC 9727: /.well-known/api-catalog.
 * @throws MetaError DESCRIPTION_UNREADABLE naming what was tried
 */
export async function probeDescription(
  page: { readonly url: string; readonly text: string },
  fetchText: FetchText,
): Promise<{ readonly url: string; readonly text: string }> {
  const tried = new Set<string>()
  const attempt = async (url: string) => {
    if (tried.has(url) || tried.size >= MOST_REQUESTS) return undefined
    tried.add(url)
    return fetchText(url)
  }
  for (const url of configuredAddresses(page)) {
    const found = await attempt(url)
    if (found && looksLikeDescription(found.text)) return found
    // A UI's script, or its list of descriptions, names the real one.
    for (const inner of found ? configuredAddresses(found) : []) {
      const description = await attempt(inner)
      if (description && looksLikeDescription(description.text)) return description
    }
  }
  for (const url of [...(await catalogAddresses(page.url, attempt)), ...usualAddresses(page.url)]) {
    const found = await attempt(url)
    if (found && looksLikeDescription(found.text)) return found
  }
  const names = [...tried].map((url) => new URL(url).pathname)
  throw new MetaError(
    'DESCRIPTION_UNREADABLE',
    `"${page.url}" is no description, and none was found from there (tried ${names.slice(0, 12).join(', ')}).`,
    'Give the address of the OpenAPI document itself; in a Swagger UI it is the link below the title.',
  )
}

/** Whether a text may be an OpenAPI description: cheap, the importer looks properly. */
export function looksLikeDescription(text: string): boolean {
  return /["']?(openapi|swagger)["']?\s*:\s*["']?[23]/.test(text.slice(0, 200_000))
}

/** Addresses that a page's markup or script names as its description. */
function configuredAddresses({ url, text }: { readonly url: string; readonly text: string }): string[] {
  const patterns = [
    /\b(?:spec-url|data-url|specUrl|data-spec-url)\s*[=:]\s*["']([^"'<>]+)["']/g,
    /\b(?:url|configUrl)["']?\s*:\s*["']([^"'<>]+)["']/g,
    /<link[^>]+rel=["'](?:service-desc|api-description)["'][^>]+href=["']([^"']+)["']/g,
    /<script[^>]+src=["']([^"']*swagger-initializer[^"']*)["']/g,
  ]
  return patterns.flatMap((pattern) =>
    Array.from(text.slice(0, 500_000).matchAll(pattern), ([, address = '']) => resolve(address, url)).filter(
      (each) => each !== undefined,
    ),
  )
}

async function catalogAddresses(page: string, fetchText: FetchText): Promise<string[]> {
  const catalog = await fetchText(new URL('/.well-known/api-catalog', page).href)
  if (!catalog) return []
  return Array.from(
    catalog.text.matchAll(/"service-desc"\s*:\s*\[\s*\{\s*"href"\s*:\s*"([^"]+)"/g),
    ([, address = '']) => resolve(address, catalog.url),
  ).filter((each) => each !== undefined)
}

/** At the root, and beside the page. */
function usualAddresses(page: string): string[] {
  const folder = new URL('.', page).pathname.replace(/\/$/, '')
  const folders = folder === '' ? [''] : ['', folder]
  return folders.flatMap((base) => USUAL_PATHS.map((path) => new URL(`${base}${path}`, page).href))
}

/** On the page's own host: a page must not send us elsewhere. */
function resolve(address: string, page: string): string | undefined {
  if (!URL.canParse(address, page)) return undefined
  const url = new URL(address, page)
  return url.origin === new URL(page).origin ? url.href : undefined
}
