import type { LogLine } from 'bytenite-uploader/wire-jobs'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { shownLine } from './shown-line.js'

interface LogViewProps {
  /** What is in it, for those who do not see it. */
  label: string
  /** Path that streams the lines, and the one that downloads them. */
  source: string
  download: string
  /** The last lines, which a page shows before a script has fetched all. */
  lines: readonly LogLine[]
  isCut: boolean
}

/** A log with its tools. A script makes it complete, live and searchable. */
export function LogView({ label, source, download, lines, isCut }: LogViewProps): JSX.Element {
  return (
    <section class="log-view" aria-label={label} data-enhance="log" data-source={source}>
      <div class="tools">
        <label>
          Search <input type="search" name="search" />
        </label>
        <label>
          Show{' '}
          <select name="stream">
            <option value="">everything</option>
            <option value="stdout">stdout</option>
            <option value="stderr">stderr</option>
            <option value="platform">the platform's lines</option>
            <option value="problems">warnings and errors</option>
          </select>
        </label>
        <label>
          <input type="checkbox" name="follow" checked /> Follow
        </label>
        <output name="count" />
        <a href={download} download>
          Download
        </a>
      </div>
      <div class="log" role="group" tabindex={0} aria-label={label}>
        <div class="lines">
          {isCut && <p class="none">Earlier lines are in the download.</p>}
          {lines.length === 0 && <p class="none">Nothing was written yet.</p>}
          <Lines lines={lines} />
        </div>
      </div>
    </section>
  )
}

/** Lines as they are, for a page that stands alone as well. */
export function Lines({ lines }: { lines: readonly LogLine[] }): JSX.Element {
  return (
    <>
      {lines.map((line) => {
        const { t, s, m, p } = shownLine(line)
        return (
          <div class={`line ${m ? 'platform' : s}`}>
            <span class="at" title={t}>
              {t.slice(11, 23)}
            </span>
            <span class="text">
              {m && `${s} `}
              {p.map((part) => (typeof part === 'string' ? part : <span class={part[1]}>{part[0]}</span>))}
            </span>
          </div>
        )
      })}
    </>
  )
}
