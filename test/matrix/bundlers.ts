/** A bundler of the matrix; versions are exact, so that a table means the same tomorrow. */
export interface Bundler {
  kind: 'vite' | 'rollup' | 'rolldown'
  /** What its project installs besides the packages of this repository. */
  dependencies: Record<string, string>
  /** Whether it builds with the Rollup of another one of the matrix: what Rollup alone decides is tried there. */
  sharesRollup?: true
}

export const bundlers = {
  vite5: { kind: 'vite', dependencies: { vite: '5.4.21', vitest: '2.1.9' } },
  vite6: { kind: 'vite', dependencies: { vite: '6.4.6', vitest: '3.2.4' }, sharesRollup: true },
  vite7: { kind: 'vite', dependencies: { vite: '7.3.8', vitest: '4.1.12' }, sharesRollup: true },
  vite8: {
    kind: 'vite',
    dependencies: { vite: '8.3.8', vitest: '4.1.12', storybook: '10.6.7', '@storybook/html-vite': '10.6.0' },
  },
  // Vite 7 with a beta of Rolldown, which came before Vite 8.
  rolldownVite: { kind: 'vite', dependencies: { vite: 'npm:rolldown-vite@7.3.1', vitest: '4.1.12' } },
  rollup3: { kind: 'rollup', dependencies: { rollup: '3.30.0' } },
  rollup4: {
    kind: 'rollup',
    dependencies: {
      rollup: '4.68.7',
      '@rollup/plugin-commonjs': '28.0.6',
      '@rollup/plugin-node-resolve': '16.0.1',
      '@rollup/plugin-typescript': '12.1.4',
      tslib: '2.8.1',
    },
  },
  rolldown: { kind: 'rolldown', dependencies: { rolldown: '1.3.2' } },
} as const satisfies Record<string, Bundler>

export type BundlerName = keyof typeof bundlers

/** The Vitest of Vite 6 takes newer ones as well, and would bring one. */
export const vitestsVite = {
  [`vitest@${bundlers.vite6.dependencies.vitest}>vite`]: bundlers.vite6.dependencies.vite,
  [`vite-node@${bundlers.vite6.dependencies.vitest}>vite`]: bundlers.vite6.dependencies.vite,
}
