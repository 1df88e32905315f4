/** Milliseconds as `60 s` or `0.25 s`. */
export function formatSeconds(milliseconds: number): string {
  return `${Number((milliseconds / 1000).toPrecision(2))} s`
}
