/** The folders of the repository's packages, what another one needs first. */
export const packages = ['core', 'rollup', 'vite', 'local', 'create']
