import { resolve } from 'node:path'
import { confirm, isCancel, select, text } from '@clack/prompts'
import { checkAppName, nameFromDirectory } from '../project/app-name.js'
import { isInRepository } from '../project/git.js'
import { TEMPLATES, type TemplateName } from '../project/templates.js'
import { checkTarget } from '../project/write-project.js'

/** The values to ask for, unless they are given as options. */
export interface Answers {
  directory: string
  template: string
  name: string
  git: boolean
}

/** Fills in the defaults, for use without a terminal. */
export function defaults(given: Partial<Answers>): Answers {
  const directory = given.directory ?? given.name ?? 'bytenite-app'
  return { directory, template: 'hello-world', name: nameFromDirectory(directory), git: false, ...given }
}

/**
 * Asks for the values that were not given. An unusable directory is reported before any other question.
 * @returns `undefined` if the user cancels
 * @throws {CreateError} `NOT_EMPTY` or `NOT_A_DIRECTORY`
 */
export async function ask(given: Partial<Answers>, force: boolean, signal: AbortSignal): Promise<Answers | undefined> {
  const answers = defaults(given)
  if (given.directory === undefined) {
    const answer = await text({
      message: 'Where should the project go?',
      placeholder: answers.directory,
      defaultValue: answers.directory,
      signal,
    })
    if (isCancel(answer)) return undefined
    answers.directory = answer
  }
  await checkTarget(resolve(answers.directory), force)
  if (given.name === undefined) {
    const suggestion = nameFromDirectory(answers.directory)
    const answer = await text({
      message: 'What is the name of the app?',
      placeholder: suggestion,
      defaultValue: suggestion,
      validate: findMistake,
      signal,
    })
    if (isCancel(answer)) return undefined
    answers.name = answer
  }
  if (given.template === undefined) {
    const options = Object.entries(TEMPLATES).map(([value, hint]) => ({ value: value as TemplateName, hint }))
    const answer = await select({ message: 'Which template?', options, signal })
    if (isCancel(answer)) return undefined
    answers.template = answer
  }
  if (given.git === undefined && !isInRepository(answers.directory)) {
    const answer = await confirm({ message: 'Create a git repository?', signal })
    if (isCancel(answer)) return undefined
    answers.git = answer
  }
  return answers
}

function findMistake(name: string | undefined): string | undefined {
  if (name === undefined || name === '') return undefined
  try {
    return void checkAppName(name)
  } catch (error) {
    return (error as Error).message
  }
}
