import { testFramework } from './framework-tests.ts'

testFramework({
  name: 'Nuxt',
  folder: 'nuxt',
  command: ['nuxt', 'build'],
  output: '.output',
  addition: 'nitro.json',
  remedy: "Nitro's compiled hook",
})
