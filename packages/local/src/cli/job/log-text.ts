import { plainText } from 'bytenite-uploader/internal/plain-text'

/** Colours and styles, as a terminal is told of them. */
// eslint-disable-next-line no-control-regex
const STYLE = /\u001b\[[\d;:]*m/g
const RESET = '\u001b[0m'

/**
 * A line that a program printed, safe to show: tabs stay, and so do colours if they are wanted. All else that a terminal would act on
 * is shown as an escape.
 */
export function logText(line: string, hasColours: boolean): string {
  if (!hasColours) return plain(line.replace(STYLE, ''))
  const styles = line.match(STYLE) ?? []
  const texts = line.split(STYLE).map((text, index) => plain(text) + (styles[index] ?? ''))
  return texts.join('') + (styles.length === 0 ? '' : RESET)
}

function plain(text: string): string {
  return text.split('\t').map(plainText).join('\t')
}
