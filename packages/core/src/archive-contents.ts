/** Entry point for the sibling packages: reads what is in an archive, and compares two. */
export { ArchiveError } from './contents/archive-error.js'
export { compareFiles, type FileChange } from './contents/compare-files.js'
export { listFiles, type ArchivedFile } from './contents/list-files.js'
export { readArchive, type ArchiveEntry } from './contents/read-archive.js'
