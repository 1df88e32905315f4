import { tokenHeader } from './form-token.js'

type StyledPart = string | [text: string, classes: string]

/** A line as the platform sends it. */
export interface Line {
  t: string
  s: string
  m: boolean
  p: StyledPart[]
}

/** Fetches the lines, and goes on while there may be more. After a gap, it starts anew. */
export async function readLines(source: string, add: (batch: Line[]) => void): Promise<void> {
  let known = 0
  for (let wait = 500; ; wait = Math.min(wait * 2, 5_000)) {
    try {
      const response = await fetch(source, { method: 'POST', headers: tokenHeader() })
      if (response.status >= 400 && response.status < 500) return
      if (response.ok && response.body !== null) {
        let position = 0
        for await (const batch of batches(response.body)) {
          const news = batch.slice(Math.max(0, known - position))
          position += batch.length
          if (news.length > 0) add(news)
          known = Math.max(known, position)
        }
        return
      }
    } catch {
      // The connection broke.
    }
    await new Promise((resolve) => setTimeout(resolve, wait))
  }
}

async function* batches(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<Line[]> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const texts = (rest + value).split('\n')
    rest = texts.pop() ?? ''
    yield texts.map((text) => JSON.parse(text) as Line)
  }
}
