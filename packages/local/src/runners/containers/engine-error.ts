/** What a container engine could not do. The message is the engine's own, for people. */
export class EngineError extends Error {
  override readonly name = 'EngineError'
}

/** The line of an engine's error output that says what went wrong: the last one, without what is the same in all. */
export function explainFailure(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  // After it, docker says how to get help.
  const line = lines.findLast((line) => !/^(?:See|Run) '|^Usage:|^time="/.test(line)) ?? ''
  return line
    .replace(/^(?:Error(?: response from daemon)?: |docker: |ERROR: )+/, '')
    .replace(/\.$/, '')
    .trim()
}
