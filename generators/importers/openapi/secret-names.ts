/** "GitHub v3 REST API - preview" is GITHUB: what says only that it is an API is left out. */
export function titleWords(title: string): string {
  const main = title.replace(/['’]s\b/g, '').split(/\s[-–+|]\s|[:(]/)[0] ?? ''
  const telling = words(main)
    .split('_')
    .filter(
      (word) =>
        word !== '' &&
        !/^(API|APIS|REST|RESTFUL|HTTP|THE|OFFICIAL|OPENAPI|SWAGGER|SPEC|SPECIFICATION|DOCUMENTATION|V?\d+)$/.test(
          word,
        ),
    )
  return telling.slice(0, 2).join('_') || 'API'
}

/** Capital letters, digits and `_`, as the names of variables have them. */
export function words(text: string): string {
  return text
    .normalize('NFKD')
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
}

/** The end says most: it is kept where a name is too long. */
export function secretName(text: string): string {
  const name = text.slice(-60).replace(/^[^A-Z]+/, '')
  return name.length >= 2 ? name : 'API_KEY'
}
