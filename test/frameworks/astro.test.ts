import { testFramework } from './framework-tests.ts'

testFramework({
  name: 'Astro',
  folder: 'astro',
  command: ['astro', 'build'],
  output: 'dist',
  addition: 'pages.json',
  remedy: 'astro:build:done',
})
