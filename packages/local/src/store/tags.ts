import type { AppRecord } from 'bytenite-uploader/wire'

/** The record with the highest version of all that match a tag. */
export function findByTag<Item extends AppRecord>(records: Iterable<Item>, tag: string): Item | undefined {
  const [name, version] = tag.split('@')
  return [...records]
    .filter((record) => record.name === name)
    .filter((record) => version === undefined || record.version === version || record.version?.startsWith(`${version}.`))
    .toSorted(byVersion)
    .at(-1)
}

function byVersion(a: AppRecord, b: AppRecord): number {
  const [aMajor = 0, aMinor = 0] = numbers(a)
  const [bMajor = 0, bMinor = 0] = numbers(b)
  return aMajor - bMajor || aMinor - bMinor
}

function numbers({ version = '' }: AppRecord): number[] {
  return version.split('.').map(Number)
}
