/** How far an upload has come. */
export interface Progress {
  /** Bytes of the archive that are sent; starts anew when the archive is sent again. */
  sent: number
  /** Bytes of the archive. */
  total: number
  /** Bytes a second, on average. */
  rate: number
  /** Seconds until everything is sent, at this rate; `undefined` while there is no rate yet. */
  remaining: number | undefined
}

/** Milliseconds between two reports. */
const INTERVAL = 100

/** Turns the bytes of one attempt at an upload into reports: one at its start, one at its end, a few in between. */
export function createMeter(total: number, onProgress: (progress: Progress) => void): (bytes: number) => void {
  const start = performance.now()
  let last = -Infinity
  let sent = 0
  let reported = -1
  return (bytes) => {
    sent += bytes
    const now = performance.now()
    if (sent === reported || (now - last < INTERVAL && sent < total)) return
    last = now
    reported = sent
    const rate = now > start ? sent / ((now - start) / 1000) : 0
    onProgress({ sent, total, rate, remaining: rate > 0 ? (total - sent) / rate : undefined })
  }
}
