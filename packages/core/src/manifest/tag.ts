const TAG = /^[A-Za-z0-9_-]{1,64}(?:@\d+(?:\.\d+)?)?$/

/** Whether a text has the form of a tag: `name`, `name@MAJOR` or `name@MAJOR.MINOR`. */
export function isTag(text: string): boolean {
  return TAG.test(text)
}
