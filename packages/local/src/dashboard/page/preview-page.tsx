import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { formatBytes } from 'bytenite-uploader/internal'
import { Page, type Section } from './frame.js'
import { PREVIEW_SIZE, type Preview } from './preview.js'
import { Facts } from './parts.js'

interface PreviewPageProps {
  name: string
  section: Section
  formToken: string
  preview: Preview
  /** Bytes. */
  size: number
  /** Path of the file as it is. */
  raw: string
  /** The way back. */
  crumbs: Child
  twin?: Child
}

/** A file to look at. Its content is text, or an image, and never part of the page. */
export function PreviewPage({ name, section, formToken, preview, size, raw, crumbs, twin }: PreviewPageProps): JSX.Element {
  return (
    <Page title={name} section={section} formToken={formToken}>
      <nav class="crumbs" aria-label="Where this is">
        {crumbs}
      </nav>
      <h1>{name}</h1>
      <Facts rows={[['Size', formatBytes(size)]]} />
      <p>
        <a class="button" href={raw} download={name.split('/').at(-1)}>
          Download
        </a>
      </p>
      {preview.kind === 'image' && <img class="preview" src={raw} alt={name} />}
      {preview.kind === 'binary' && <p class="none">This file is not text, so there is nothing to show here.</p>}
      {preview.kind === 'text' && (
        <>
          {preview.isCut && <p class="notice">These are the first {formatBytes(PREVIEW_SIZE)}. The download has all of it.</p>}
          {preview.text === '' ? (
            <p class="none">This file is empty.</p>
          ) : (
            <pre class="preview" tabindex={0} aria-label={`Content of ${name}`}>
              {preview.text}
            </pre>
          )}
        </>
      )}
      {twin}
    </Page>
  )
}
