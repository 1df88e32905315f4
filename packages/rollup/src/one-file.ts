/**
 * The option of an output that keeps dynamic imports in its one file. Rollup and Rolldown have different ones, and each
 * warns of the other's. Rolldown's betas still have Rollup's; one of them is in rolldown-vite.
 * @param rolldownVersion the bundler's version, if it is Rolldown
 */
export function keepInOneFile(rolldownVersion: string | undefined): { codeSplitting: false } | { inlineDynamicImports: true } {
  const isRolldown = rolldownVersion !== undefined && !rolldownVersion.includes('-beta')
  return isRolldown ? { codeSplitting: false } : { inlineDynamicImports: true }
}
