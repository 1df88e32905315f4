import type { AppRecord } from '../wire.js'

/** Removes the only secret that a record can contain: the registry's token, which the platform may send back. */
export function withoutToken<Item extends AppRecord>(record: Item): Item {
  if (record.platformConfig?.token === undefined) return record
  const { token: _, ...platformConfig } = record.platformConfig
  return { ...record, platformConfig }
}
