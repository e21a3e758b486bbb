/**
 * Takes texts as they come, and hands on each whole JSON object in them: wrangler prints them one after the other, over
 * many lines each. What stands between them is left out.
 * @param limit  of characters of one object; a longer one is left out
 */
export function splitJson(onObject: (text: string) => void, limit = 2_000_000): (text: string) => void {
  let held = ''
  let depth = 0
  let isString = false
  let isEscaped = false

  function take(character: string): void {
    if (depth === 0 && character !== '{') return
    if (held.length < limit) held += character
    if (isString) {
      if (isEscaped) isEscaped = false
      else if (character === '\\') isEscaped = true
      else if (character === '"') isString = false
      return
    }
    if (character === '"') isString = true
    else if (character === '{') depth++
    else if (character === '}' && --depth === 0) {
      const whole = held
      held = ''
      if (whole.length < limit) onObject(whole)
    }
  }

  return (text) => {
    for (const character of text) take(character)
  }
}
