// A large text for the demo, and a count of its words that shares no code with the example.

/**
 * A text of so many ASCII characters: lines of words whose letters follow from one number, so that it is the same every time.
 * @param {number} size
 */
export function createText(size) {
  let state = 1
  const next = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32
  const words = Array.from({ length: 5_000 }, () =>
    Array.from({ length: 1 + Math.floor(next() * 9) }, () => String.fromCharCode(97 + Math.floor(next() * 26))).join(''),
  )
  const lines = []
  for (let length = 0; length < size;) {
    // Some words are much more frequent than others, and some begin with a capital.
    const line = Array.from({ length: 12 }, (_, index) => {
      const word = words[Math.floor(next() ** 3 * words.length)] ?? ''
      return index === 0 ? word.charAt(0).toUpperCase() + word.slice(1) : word
    }).join(next() < 0.5 ? ' ' : ', ')
    lines.push(line)
    length += line.length + 1
  }
  return `${lines.join('\n')}\n`.slice(0, size)
}

/**
 * Counts words without any code of the example: goes through the whole text, character by character.
 * @param {string} text ASCII
 */
export function countWords(text) {
  /** @type {Map<string, number>} */
  const counts = new Map()
  let word = ''
  for (const character of `${text} `) {
    if ((character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z')) word += character.toLowerCase()
    else if (word !== '') {
      counts.set(word, (counts.get(word) ?? 0) + 1)
      word = ''
    }
  }
  return counts
}
