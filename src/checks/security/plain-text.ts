/**
 * A text as it would be read aloud: compatibility forms, look-alike letters within Latin words and invisible characters
 * are resolved, white space is one space, letters are small. So that a command cannot hide from the patterns.
 */
export function plainText(text: string): string {
  const visible = ASCII.test(text) ? text : foldLookAlikes(text.normalize('NFKC').replace(INVISIBLE, ''))
  return visible.replace(/[\s_*`"“”]+/g, ' ').toLowerCase()
}

const ASCII = /^[\t-\r -~]*$/
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Mn}]/gu

/** Cyrillic and Greek letters that look like Latin ones. Unicode 16.0, confusables.txt (UTS 39). */
const LOOK_ALIKES = new Map(
  Object.entries({
    a: 'аαɑ',
    b: 'Ьв',
    c: 'сϲ',
    d: 'ԁ',
    e: 'еёε',
    g: 'ɡ',
    h: 'һ',
    i: 'іιɩı',
    j: 'ј',
    k: 'кκ',
    l: 'ӏ',
    m: 'м',
    n: 'ո',
    o: 'оοօ',
    p: 'рρ',
    q: 'ԛ',
    r: 'г',
    s: 'ѕ',
    t: 'тτ',
    u: 'υս',
    v: 'ѵν',
    w: 'ԝω',
    x: 'хχ',
    y: 'уγ',
    z: 'ᴢ',
  }).flatMap(([latin, others]) => Array.from(others, (other) => [other, latin] as const)),
)

/** Only in words that hold Latin letters too: whole words of Cyrillic and Greek are what they are. */
function foldLookAlikes(text: string): string {
  return text.replace(/[\p{L}]+/gu, (word) => {
    if (!/[A-Za-z]/.test(word) || !/[\p{Script=Cyrillic}\p{Script=Greek}\u0250-\u02af\u0531-\u0587]/u.test(word))
      return word
    return Array.from(word, (letter) => LOOK_ALIKES.get(letter.toLowerCase()) ?? letter).join('')
  })
}
