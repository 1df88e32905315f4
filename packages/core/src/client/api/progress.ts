/** The progress of an upload, or of a download. */
export interface Progress {
  /** Bytes of the archive or file sent, or received, so far. Starts again from 0 if that is retried. */
  sent: number
  /** Bytes of the archive or file. */
  total: number
  /** Bytes per second, on average. */
  rate: number
  /** Estimated seconds until everything is sent; `undefined` while the rate is unknown. */
  remaining: number | undefined
}

/** Minimum milliseconds between two reports. */
const INTERVAL = 100

/** Reports the progress of one attempt: at its start, at its end, and at intervals in between. */
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
