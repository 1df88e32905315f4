/** What a cell shows of a task, by the letter that stands for its state in the page. */
interface Look {
  name: string
  /** A custom property of the style sheet. */
  colour: string
  mark: string
}

const LOOKS: Readonly<Record<string, Look>> = {
  s: { name: 'waiting', colour: '--waiting', mark: '' },
  r: { name: 'running', colour: '--running', mark: '›' },
  c: { name: 'completed', colour: '--good', mark: '✓' },
  f: { name: 'failed', colour: '--bad', mark: '×' },
}

const GAP = 2

/** Draws the grid that is in the page, in the colours that are right now. */
let redraw = (): void => {}
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => redraw())

/**
 * Draws the tasks of a job as cells, one for each, on one canvas: ten thousand elements would be slow. It works like a slider,
 * so that a keyboard and a screen reader can go through the tasks.
 * @param root has the states in `data-states`, a letter for each task, the job's path in `data-job`, and the word for a task that waits in `data-waiting`
 */
export function enhance(root: HTMLElement): void {
  const canvas = root.querySelector('canvas')
  const hint = root.querySelector('output')
  const context = canvas?.getContext('2d')
  if (!canvas || !context || !hint) return
  const states = root.dataset['states'] ?? ''
  const cell = cellSize(states.length)
  let current = Number(sessionStorage.getItem(`task of ${root.dataset['job']}`) ?? 0)
  let columns = 1
  let images: ReadonlyMap<string, HTMLCanvasElement> = new Map()

  const draw = (): void => {
    columns = Math.max(1, Math.floor(root.clientWidth / cell))
    const rows = Math.ceil(states.length / columns)
    const scale = devicePixelRatio
    canvas.width = columns * cell * scale
    canvas.height = rows * cell * scale
    canvas.style.width = `${columns * cell}px`
    canvas.style.height = `${rows * cell}px`
    context.scale(scale, scale)
    const styles = getComputedStyle(root)
    context.strokeStyle = styles.color
    context.lineWidth = GAP
    images = new Map(Object.entries(LOOKS).map(([letter, look]) => [letter, imageOf(look, cell - GAP, styles)]))
    for (let task = 0; task < states.length; task++) paint(task)
    paintFrame()
  }

  function paint(task: number): void {
    const image = images.get(states[task] ?? '')
    const [x, y] = placeOf(task)
    if (image) context?.drawImage(image, x, y, cell - GAP, cell - GAP)
  }

  /** Around the current task. It is in the gaps, so that it takes nothing from other cells. */
  function paintFrame(): void {
    const [x, y] = placeOf(current)
    if (document.activeElement === canvas) context?.strokeRect(x - GAP / 2, y - GAP / 2, cell, cell)
  }

  function removeFrame(): void {
    const [x, y] = placeOf(current)
    context?.clearRect(x - GAP, y - GAP, cell + GAP, cell + GAP)
    paint(current)
  }

  function placeOf(task: number): [number, number] {
    return [(task % columns) * cell, Math.floor(task / columns) * cell]
  }

  const taskAt = (event: MouseEvent): number | undefined => {
    const column = Math.floor(event.offsetX / cell)
    const task = Math.floor(event.offsetY / cell) * columns + column
    return column < columns && task >= 0 && task < states.length ? task : undefined
  }
  const nameOf = (letter = ''): string => (letter === 's' ? root.dataset['waiting'] : undefined) ?? LOOKS[letter]?.name ?? 'unknown'
  const describe = (task: number): string => `Task ${task}: ${nameOf(states[task])}`
  const open = (task: number): void => location.assign(`${root.dataset['job']}/tasks/${task}`)
  const select = (task: number): void => {
    removeFrame()
    current = Math.min(Math.max(task, 0), states.length - 1)
    sessionStorage.setItem(`task of ${root.dataset['job']}`, String(current))
    canvas.setAttribute('aria-valuenow', String(current))
    canvas.setAttribute('aria-valuetext', describe(current))
    hint.textContent = describe(current)
    paintFrame()
  }

  canvas.addEventListener('mousemove', (event) => {
    const task = taskAt(event)
    canvas.title = task === undefined ? '' : describe(task)
  })
  canvas.addEventListener('click', (event) => {
    const task = taskAt(event)
    if (task !== undefined) open(task)
  })
  canvas.addEventListener('keydown', (event) => {
    const next = stepOf(event.key, current, columns, states)
    if (event.key === 'Enter') open(current)
    else if (next !== undefined) {
      event.preventDefault()
      select(next)
    }
  })
  canvas.addEventListener('focus', () => select(current))
  canvas.addEventListener('blur', removeFrame)
  new ResizeObserver(draw).observe(root)
  redraw = draw
  // A page that was refreshed has given the focus back.
  if (document.activeElement === canvas) select(current)
}

/** A cell, drawn once: text takes far longer than a picture. */
function imageOf({ colour, mark }: Look, size: number, styles: CSSStyleDeclaration): HTMLCanvasElement {
  const image = document.createElement('canvas')
  const context = image.getContext('2d')
  image.width = image.height = size * devicePixelRatio
  if (context === null) return image
  context.scale(devicePixelRatio, devicePixelRatio)
  context.fillStyle = styles.getPropertyValue(colour)
  context.fillRect(0, 0, size, size)
  context.fillStyle = styles.getPropertyValue(`${colour}-text`)
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.font = `bold ${Math.round((size + GAP) * 0.7)}px system-ui`
  context.fillText(mark, size / 2, size / 2)
  return image
}

/** Pixels. A few tasks get large cells, and very many small ones. */
function cellSize(count: number): number {
  return count <= 200 ? 24 : count <= 2_000 ? 18 : 12
}

/** Where a key leads to. `f` leads to the next task that failed. */
function stepOf(key: string, current: number, columns: number, states: string): number | undefined {
  switch (key) {
    case 'ArrowRight':
      return current + 1
    case 'ArrowLeft':
      return current - 1
    case 'ArrowDown':
      return current + columns
    case 'ArrowUp':
      return current - columns
    case 'PageDown':
      return current + columns * 10
    case 'PageUp':
      return current - columns * 10
    case 'Home':
      return 0
    case 'End':
      return states.length - 1
    case 'f': {
      const next = states.indexOf('f', current + 1)
      return next === -1 ? Math.max(states.indexOf('f'), current) : next
    }
  }
  return undefined
}
