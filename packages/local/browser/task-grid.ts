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
 * @param root has the states in `data-states`, a letter for each task, and the job's path in `data-job`
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

  const draw = (): void => {
    columns = Math.max(1, Math.floor(root.clientWidth / cell))
    const rows = Math.ceil(states.length / columns)
    const scale = devicePixelRatio
    canvas.width = columns * cell * scale
    canvas.height = rows * cell * scale
    canvas.style.width = `${columns * cell}px`
    canvas.style.height = `${rows * cell}px`
    context.scale(scale, scale)
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    context.font = `bold ${Math.round(cell * 0.7)}px system-ui`
    const styles = getComputedStyle(root)
    for (const [letter, look] of Object.entries(LOOKS)) paint(letter, look, styles)
    context.strokeStyle = styles.color
    context.lineWidth = 2
    const [x, y] = placeOf(current)
    if (document.activeElement === canvas) context.strokeRect(x - 1, y - 1, cell, cell)
  }

  function paint(letter: string, { colour, mark }: Look, styles: CSSStyleDeclaration): void {
    if (context == null) return
    const [fill, text] = [styles.getPropertyValue(colour), styles.getPropertyValue(`${colour}-text`)]
    for (let task = states.indexOf(letter); task !== -1; task = states.indexOf(letter, task + 1)) {
      const [x, y] = placeOf(task)
      context.fillStyle = fill
      context.fillRect(x, y, cell - GAP, cell - GAP)
      if (mark === '') continue
      context.fillStyle = text
      context.fillText(mark, x + (cell - GAP) / 2, y + (cell - GAP) / 2)
    }
  }

  function placeOf(task: number): [number, number] {
    return [(task % columns) * cell, Math.floor(task / columns) * cell]
  }

  const taskAt = (event: MouseEvent): number | undefined => {
    const column = Math.floor(event.offsetX / cell)
    const task = Math.floor(event.offsetY / cell) * columns + column
    return column < columns && task >= 0 && task < states.length ? task : undefined
  }
  const describe = (task: number): string => `Task ${task}: ${LOOKS[states[task] ?? '']?.name ?? 'unknown'}`
  const open = (task: number): void => location.assign(`${root.dataset['job']}/tasks/${task}`)
  const select = (task: number): void => {
    current = Math.min(Math.max(task, 0), states.length - 1)
    sessionStorage.setItem(`task of ${root.dataset['job']}`, String(current))
    canvas.setAttribute('aria-valuenow', String(current))
    canvas.setAttribute('aria-valuetext', describe(current))
    hint.textContent = describe(current)
    draw()
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
  canvas.addEventListener('blur', draw)
  new ResizeObserver(draw).observe(root)
  redraw = draw
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
