import { testFramework } from './framework-tests.ts'

testFramework({
  name: 'VitePress',
  folder: 'vitepress',
  command: ['vitepress', 'build', 'docs'],
  output: 'docs/.vitepress/dist',
  addition: 'guide/start.html',
  remedy: 'the buildEnd hook of its config',
})
