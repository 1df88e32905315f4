import { testFramework } from './framework-tests.ts'

testFramework({
  name: 'SvelteKit',
  folder: 'sveltekit',
  command: ['vite', 'build'],
  output: 'build',
  addition: 'prerendered/words.html',
  remedy: 'after its adapt()',
})
