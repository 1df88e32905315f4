export type Case = 'upper' | 'lower' | 'title'

/** Any other case leaves the text as it is. */
export function changeCase(text: string, to: Case | undefined): string {
  switch (to) {
    case 'upper':
      return text.toUpperCase()
    case 'lower':
      return text.toLowerCase()
    case 'title':
      return text.toLowerCase().replace(/(?<!\p{L})\p{L}/gu, (letter) => letter.toUpperCase())
    default:
      return text
  }
}
