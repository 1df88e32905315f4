import { formatDuration } from 'bytenite-uploader/internal'

/** Such as `0.4 s` or `2 min 3 s`. */
export function durationText(seconds: number): string {
  return seconds < 10 ? `${Math.max(0, seconds).toFixed(1)} s` : formatDuration(seconds)
}
