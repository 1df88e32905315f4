/** Entry point for the sibling packages: reads what is in an archive, and compares two. */
export { ArchiveError } from './contents/archive-error.js'
export { compareFiles, type FileChange } from './contents/compare-files.js'
export { createLineCounter, type LineCount, type LineCounter } from './contents/count-lines.js'
export { describeArchive, type ArchivedFile } from './contents/describe-archive.js'
export { readArchive, type ArchiveEntry } from './contents/read-archive.js'
