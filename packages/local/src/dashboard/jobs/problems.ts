import { Refusal } from '../../refusal.js'

/** What is wrong with one field of a form. */
export interface Problem {
  /** Such as `config.taskTimeout` or `params.app/pattern`; empty if it concerns no field, or several. */
  field: string
  message: string
}

/** What a refusal lists, by field. @throws whatever is no refusal */
export function problemsOf(error: unknown): Problem[] {
  if (!(error instanceof Refusal)) throw error
  return error.message.split('; ').map((text) => {
    const [, field, message] = /^([a-zA-Z]+(?:\.[a-zA-Z]+)*(?:\/\S*)?): (.+)$/s.exec(text) ?? []
    return field === undefined || message === undefined ? { field: '', message: text } : { field, message }
  })
}
