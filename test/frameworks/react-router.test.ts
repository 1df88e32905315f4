import { test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { testFramework } from './framework-tests.ts'

const project = testFramework({
  name: 'React Router',
  folder: 'react-router',
  command: ['react-router', 'build'],
  output: 'build',
  addition: 'client/words/index.html',
  remedy: 'buildEnd of react-router.config',
})

test('with future.v8_viteEnvironmentApi the plugin alone publishes its final output', async () => {
  await project.change('with-plugin')
  await project.change('with-environment-api')
  const platform = await startPlatform()
  await project.build(platform)
  await project.expectPublished(platform)
})
