import type { Comparison } from './archive-difference.js'
import { codeShape } from './code-shape.js'
import { NAMED_BY_HASH } from './hashed-names.js'

/** A usual reason why two builds of one source differ. */
type ReasonCode = 'line-endings' | 'absolute-paths' | 'time-stamps' | 'versions' | 'entry-times' | 'layout'

/** What explains a difference. */
export interface Reason {
  code: ReasonCode
  /** A sentence that says what differs, and how to make it the same. */
  message: string
  /** Paths of the files that it explains wholly, or together with other reasons; empty if it is not about files. */
  files: readonly string[]
}

interface Rule {
  code: ReasonCode
  message: string
  /** Takes away what this reason makes differ. */
  normalize(text: string, isCode: boolean): string
}

const DATE = /\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z| ?[+-]\d\d:?\d\d)?)?/g
const LONG_DATE =
  /\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?(?:\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* \d{1,2}),? \d{4}(?:,? \d\d:\d\d(?::\d\d)?(?: (?:GMT|UTC)(?:[+-]\d{4})?(?: \([\w ]+\))?)?)?/g
/** Seconds or milliseconds since 1970, of this century. */
const EPOCH = /\b1\d{9}(?:\d{3})?\b/g
const TIME = /\b\d\d:\d\d:\d\d\b/g
const PATH =
  /(?:file:\/\/)?(?:\/(?:home|Users|root|builds?|workspaces?|work|tmp|private|var|opt|srv|mnt|usr|github|runner|app|src|__w)\/|[A-Za-z]:[\\/]+)[^\s"'`<>|*?:;,()[\]{}]*/g
const VERSION = /\bv?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?\b/g

/** In this order: what one takes away, the next one does not see. */
const RULES: readonly Rule[] = [
  {
    code: 'line-endings',
    message: 'Line endings: one has CRLF where the other has LF. Add "* text=auto eol=lf" to .gitattributes.',
    normalize: (text) => text.replaceAll('\r\n', '\n'),
  },
  {
    code: 'time-stamps',
    message: 'Time stamps: the build writes the time into files. Leave it out, or take it from SOURCE_DATE_EPOCH.',
    normalize: (text) => text.replace(LONG_DATE, '<time>').replace(DATE, '<time>').replace(TIME, '<time>').replace(EPOCH, '<time>'),
  },
  {
    code: 'absolute-paths',
    message: 'Absolute paths: the build writes the place of the project into files. Build in the same directory, or leave them out.',
    normalize: (text) => text.replace(PATH, '<path>'),
  },
  {
    code: 'versions',
    message:
      'Versions: another version of Node, the bundler, the minifier or a package built it. Install by the lockfile, with the same Node.',
    normalize: (text, isCode) => {
      const plain = text.replace(VERSION, '<version>')
      return (isCode ? codeShape(plain) : undefined) ?? plain
    },
  },
]

/** Finds which of the usual reasons explain what differs. What none of them explains wholly is not in any. */
export function findReasons(comparison: Comparison): Reason[] {
  const found = new Map<ReasonCode, string[]>()
  for (const [path, { before, after }] of comparison.texts) {
    for (const code of reasonsOf(before, after, /\.[cm]?js$/.test(path))) found.set(code, [...(found.get(code) ?? []), path])
  }
  const reasons: Reason[] = RULES.flatMap(({ code, message }) => {
    const files = found.get(code)
    return files === undefined ? [] : [{ code, message, files }]
  })
  return [...reasons, ...reasonOfLayout(comparison)]
}

/** The fewest reasons that together make two texts the same; none if all of them do not. */
function reasonsOf(beforeText: string, afterText: string, isCode: boolean): ReasonCode[] {
  const [before, after] = [withoutHashes(beforeText), withoutHashes(afterText)]
  if (before === after) return []
  const single = RULES.find(({ normalize }) => normalize(before, isCode) === normalize(after, isCode))
  if (single !== undefined) return [single.code]
  const isSameWith = (rules: readonly Rule[]): boolean => {
    const all = (text: string): string => rules.reduce((changed, { normalize }) => normalize(changed, isCode), text)
    return all(before) === all(after)
  }
  if (!isSameWith(RULES)) return []
  return RULES.filter((rule) => !isSameWith(RULES.filter((other) => other !== rule))).map(({ code }) => code)
}

/** A bundler names a file by the hash of its content, so that names differ where contents do. */
function withoutHashes(text: string): string {
  return text.replace(NAMED_BY_HASH, '$1<hash>')
}

function reasonOfLayout({ difference: { files, fields }, before, after }: Comparison): Reason[] {
  const [earlier, later] = [[...before.times].join(), [...after.times].join()]
  if (earlier !== later) {
    return [
      {
        code: 'entry-times',
        message: 'Times of entries: SOURCE_DATE_EPOCH was another one, or not set, or another tool packed it.',
        files: [],
      },
    ]
  }
  if (files === undefined || files.length > 0 || fields.length > 0) return []
  const message = 'Layout: the same files and fields in another order or form. Another tool packed it, or another version of this one.'
  return [{ code: 'layout', message, files: [] }]
}
