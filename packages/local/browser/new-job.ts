import { tokenHeader } from './form-token.js'

interface Problem {
  field: string
  message: string
}

/** Sends the form of a new job: creates it, uploads its file, and runs it. */
export function enhance(element: HTMLElement): void {
  const form = element as HTMLFormElement
  for (const part of form.querySelectorAll<HTMLElement>('[data-part]')) keepSame(part)
  for (const [input, source] of [
    ['file', 'file'],
    ['url', 'url'],
  ] as const) {
    form.querySelector(`[name="${input}"]`)?.addEventListener('input', () => {
      const choice = form.querySelector<HTMLInputElement>(`[name="source"][value="${source}"]`)
      if (choice) choice.checked = true
    })
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void send(form)
  })
}

/** Keeps the fields of a part and its JSON the same. */
function keepSame(part: HTMLElement): void {
  const json = part.querySelector('textarea')
  if (!json) return
  const fields = [...part.querySelectorAll<HTMLInputElement | HTMLSelectElement>('[data-parameter]')]
  for (const field of fields) {
    field.addEventListener('input', () => {
      const value = parse(json.value)
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return
      const params: Record<string, unknown> = { ...value }
      const entered = valueOf(field)
      if (entered === undefined) delete params[field.dataset['parameter'] ?? '']
      else params[field.dataset['parameter'] ?? ''] = entered
      json.value = JSON.stringify(params, null, 2)
    })
  }
  json.addEventListener('input', () => {
    const value = parse(json.value)
    if (typeof value !== 'object' || value === null) return
    for (const field of fields) show(field, (value as Record<string, unknown>)[field.dataset['parameter'] ?? ''])
  })
}

function valueOf(field: HTMLInputElement | HTMLSelectElement): unknown {
  switch (field.dataset['type']) {
    case 'boolean':
      return (field as HTMLInputElement).checked
    case 'choice':
    case 'json':
      return field.value === '' ? undefined : (parse(field.value) ?? field.value)
    case 'number':
    case 'integer':
      return field.value === '' ? undefined : Number(field.value)
    default:
      return field.value === '' ? undefined : field.value
  }
}

function show(field: HTMLInputElement | HTMLSelectElement, value: unknown): void {
  const { type } = field.dataset
  if (type === 'boolean') (field as HTMLInputElement).checked = value === true
  else if (type === 'choice' || type === 'json') field.value = value === undefined ? '' : JSON.stringify(value)
  else field.value = value === undefined ? '' : String(value)
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json.trim() === '' ? '{}' : json)
  } catch {
    return undefined
  }
}

async function send(form: HTMLFormElement): Promise<void> {
  clearProblems(form)
  const request = requestOf(form)
  if (request === undefined) return
  const button = form.querySelector('button')
  if (button) button.disabled = true
  try {
    const path = await run(form, request)
    if (path !== undefined) location.assign(path)
  } catch (error) {
    showProblems(form, [{ field: '', message: `The platform could not be reached: ${(error as Error).message}` }])
  } finally {
    if (button) button.disabled = false
  }
}

/** @returns the path of the job, if it runs */
async function run(form: HTMLFormElement, request: JobRequest): Promise<string | undefined> {
  const created = await post(form, form.dataset['send'] ?? '', request)
  // The job was there before, and runs again.
  if (created?.path !== undefined || created === undefined) return created?.path
  const file = request.dataSource?.dataSourceDescriptor === 'file' ? fileOf(form) : undefined
  if (file !== undefined && !(await upload(form, `/jobs/${created.id}/source`, file))) {
    await fetch(`/jobs/${created.id}/delete`, { method: 'POST', headers: tokenHeader(), redirect: 'manual' })
    return undefined
  }
  return (await post(form, `/jobs/${created.id}/start`, {}))?.path
}

async function post(form: HTMLFormElement, path: string, body: object): Promise<{ id: string; path?: string } | undefined> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { ...tokenHeader(), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as { id: string; path?: string; problems?: Problem[]; error?: { description?: string } }
  if (response.ok) return answer
  showProblems(
    form,
    answer.problems ?? [{ field: '', message: answer.error?.description ?? `The platform responded with ${response.status}.` }],
  )
  return undefined
}

/** With XMLHttpRequest, because fetch does not tell how far it is. */
function upload(form: HTMLFormElement, path: string, file: File): Promise<boolean> {
  const progress = form.querySelector('progress')
  const request = new XMLHttpRequest()
  request.open('PUT', path)
  for (const [name, value] of Object.entries(tokenHeader())) request.setRequestHeader(name, value)
  request.setRequestHeader('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`)
  request.upload.addEventListener('progress', ({ loaded, total }) => {
    if (progress) [progress.hidden, progress.value] = [false, loaded / total]
  })
  return new Promise((resolve) => {
    request.addEventListener('loadend', () => {
      if (progress) progress.hidden = true
      const isDone = request.status === 200
      if (!isDone) showProblems(form, [{ field: 'dataSource.file', message: reasonOf(request) }])
      resolve(isDone)
    })
    request.send(file)
  })
}

function reasonOf({ status, responseText }: XMLHttpRequest): string {
  const answer = parse(responseText) as { error?: { description?: string } } | undefined
  return answer?.error?.description ?? (status === 0 ? 'The upload was interrupted. Try again.' : `The platform responded with ${status}.`)
}

interface JobRequest {
  dataSource?: { dataSourceDescriptor: string; params?: object }
  [field: string]: unknown
}

/** What the form says; `undefined` after problems that can be seen here were shown. */
function requestOf(form: HTMLFormElement): JobRequest | undefined {
  const data = new FormData(form)
  const text = (name: string): string | undefined => (data.get(name) as string | null) ?? undefined
  const problems: Problem[] = []
  const params: Record<string, unknown> = {}
  for (const part of ['partitioner', 'app', 'assembler']) {
    const json = text(`json.${part}`)
    if (json === undefined) continue
    params[part] = parse(json)
    if (params[part] === undefined) problems.push({ field: `params.${part}`, message: 'This is not valid JSON.' })
  }
  const source = text('source')
  if (source === 'file' && fileOf(form) === undefined) problems.push({ field: 'dataSource.file', message: 'Choose a file.' })
  if (source === 'url' && text('url') === '') problems.push({ field: 'dataSource', message: 'Enter the address of the file.' })
  showProblems(form, problems)
  if (problems.length > 0) return undefined
  if (source === undefined) return { params }
  const number = (name: string): number => Number(text(name))
  return {
    ...Object.fromEntries(
      ['app', 'partitioner', 'assembler', 'templateId', 'name'].flatMap((name) => (text(name) ? [[name, text(name)]] : [])),
    ),
    // The template's own may have a login, which is not in this page.
    ...(!(source === 'url' && isOwn(form)) && {
      dataSource: { dataSourceDescriptor: source, ...(source === 'url' && { params: { url: text('url') } }) },
    }),
    params,
    config: {
      taskTimeout: number('taskTimeout'),
      jobTimeout: number('jobTimeout'),
      maxTaskRetries: number('maxTaskRetries'),
      isTestJob: data.has('isTestJob'),
    },
  }
}

function isOwn(form: HTMLFormElement): boolean {
  const input = form.querySelector<HTMLInputElement>('[name="url"]')
  return input?.dataset['own'] !== undefined && input.value === input.dataset['own']
}

function fileOf(form: HTMLFormElement): File | undefined {
  return form.querySelector<HTMLInputElement>('input[type="file"]')?.files?.[0]
}

/** Shows each problem at its field, or else at the top, and leads to the first one. */
function showProblems(form: HTMLFormElement, problems: readonly Problem[]): void {
  const others: string[] = []
  for (const { field, message } of problems) {
    const input = fieldFor(form, field)
    const place = input?.closest('.field, details')?.querySelector<HTMLElement>('.error')
    if (!input || !place) {
      others.push(field === '' ? message : `${field}: ${message}`)
      continue
    }
    place.textContent = place.hidden ? message : `${place.textContent}; ${message}`
    place.hidden = false
    input.setAttribute('aria-invalid', 'true')
    const details = input.closest('details')
    if (details) details.open = true
  }
  const top = form.querySelector<HTMLElement>('[role="alert"]')
  if (top && others.length > 0) [top.textContent, top.hidden] = [others.join('\n'), false]
  form.querySelector<HTMLElement>('[aria-invalid]')?.focus()
}

/** The field of this name, or the nearest one that it is part of. */
function fieldFor(form: HTMLFormElement, field: string): HTMLElement | undefined {
  for (let name = field; name !== ''; name = name.replace(/[./]?[^./]*$/, '')) {
    const input = form.querySelector<HTMLElement>(`[data-field="${CSS.escape(name)}"]`)
    if (input) return input
  }
  return undefined
}

function clearProblems(form: HTMLFormElement): void {
  for (const place of form.querySelectorAll<HTMLElement>('.error, [role="alert"]')) [place.hidden, place.textContent] = [true, '']
  for (const input of form.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid')
}
