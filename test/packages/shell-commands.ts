/** A simple command of a shell script. */
export interface ShellCommand {
  /** The variables that are set for it, or, without words, from here on. */
  variables: string[]
  words: string[]
}

/** All commands of a script, those in `$(…)` as well, without their comments. It knows what documentation uses of a shell, and no more. */
export function commandsOf(script: string): ShellCommand[] {
  const found: ShellCommand[] = []
  let words: string[] = []
  let word: string | undefined
  const endWord = (): void => {
    if (word !== undefined) words.push(word)
    word = undefined
  }
  const endCommand = (): void => {
    endWord()
    const count = words.findIndex((each) => !/^\w+=/.test(each))
    const assignments = words.slice(0, count === -1 ? words.length : count)
    if (words.length > 0)
      found.push({ variables: assignments.map((each) => each.split('=')[0] ?? ''), words: words.slice(assignments.length) })
    words = []
  }
  for (let at = 0; at < script.length; at += 1) {
    const rest = script.slice(at)
    const [quoted] = /^'[^']*'/.exec(rest) ?? []
    const [comment] = /^#.*/.exec(rest) ?? []
    const [separator] = /^(?:\n|;|&&?|\|\|?)/.exec(rest) ?? []
    if (quoted !== undefined) {
      word = (word ?? '') + quoted.slice(1, -1)
      at += quoted.length - 1
    } else if (rest.startsWith('"')) {
      const end = endOfQuotes(script, at)
      word = (word ?? '') + script.slice(at + 1, end).replaceAll(/\\(["\\$])/g, '$1')
      at = end
    } else if (rest.startsWith('$(')) {
      const end = endOfSubstitution(script, at)
      found.push(...commandsOf(script.slice(at + 2, end)))
      word = `${word ?? ''}$(…)`
      at = end
    } else if (comment !== undefined && word === undefined) at += comment.length - 1
    else if (separator !== undefined) {
      endCommand()
      at += separator.length - 1
    } else if (/^[ \t]/.test(rest)) endWord()
    else word = (word ?? '') + (script[at] ?? '')
  }
  endCommand()
  return found
}

/** Where the quotes end that begin here. */
function endOfQuotes(script: string, start: number): number {
  let end = start + 1
  while (end < script.length && script[end] !== '"') end += script[end] === '\\' ? 2 : 1
  return end
}

/** Where the `$(` ends that begins here. */
function endOfSubstitution(script: string, start: number): number {
  let depth = 0
  for (let at = start; at < script.length; at += 1) {
    if (script[at] === '"') at = endOfQuotes(script, at)
    else if (script[at] === "'") at = script.indexOf("'", at + 1)
    else if (script[at] === '(') depth += 1
    else if (script[at] === ')' && --depth === 0) return at
  }
  return script.length
}
