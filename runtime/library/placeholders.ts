import { textOf } from './serialize-parameter.ts'

/** `{name}`, without spaces: braces of JSON or GraphQL in a text are no placeholders. */
const PLACEHOLDER = /\{([A-Za-z_][\w.-]*)\}/g

/** The names in a text's placeholders, each once, in order. */
export function placeholderNames(text: string): string[] {
  return [...new Set([...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? ''))]
}

/** The name when the whole text is one placeholder. */
export function wholePlaceholder(text: string): string | undefined {
  return /^\{([A-Za-z_][\w.-]*)\}$/.exec(text)?.[1]
}

/** Puts arguments into a text; absent ones leave nothing, and what is not in `names` stays as it is. */
export function fillText(text: string, input: Readonly<Record<string, unknown>>, names: ReadonlySet<string>): string {
  return text.replace(PLACEHOLDER, (placeholder, name: string) =>
    names.has(name) ? textOf(Object.hasOwn(input, name) ? input[name] : undefined) : placeholder,
  )
}

/**
 * Fills a JSON template: a string that is one placeholder becomes the argument's value with its type, placeholders
 * inside a longer string become text. A property or item whose argument is absent is dropped.
 * @returns undefined when the template as a whole is an absent argument
 */
export function fillTemplate(
  template: unknown,
  input: Readonly<Record<string, unknown>>,
  names: ReadonlySet<string>,
): unknown {
  if (typeof template === 'string') {
    const name = wholePlaceholder(template)
    if (name === undefined || !names.has(name)) return fillText(template, input, names)
    return Object.hasOwn(input, name) ? input[name] : undefined
  }
  if (Array.isArray(template)) {
    return template.map((item) => fillTemplate(item, input, names)).filter((item) => item !== undefined)
  }
  if (typeof template !== 'object' || template === null) return template
  return Object.fromEntries(
    Object.entries(template)
      .map(([key, member]) => [key, fillTemplate(member, input, names)] as const)
      .filter(([, member]) => member !== undefined),
  )
}
