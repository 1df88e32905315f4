import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { createFrameworkProject, type Framework, type FrameworkProject } from './framework-project.ts'

/** Registers what each framework is tried with: to publish in the hook that the README names, and by the plugin alone. */
export function testFramework(framework: Framework): FrameworkProject {
  const { name, remedy } = framework
  const project = createFrameworkProject(framework)

  test('publishOutput() in its end hook publishes its final output', async () => {
    const platform = await startPlatform()
    await project.build(platform)
    await project.expectPublished(platform)
  })

  test('the plugin alone sends nothing, and says what to do', async () => {
    await project.change('with-plugin')
    const platform = await startPlatform()
    const output = await project.build(platform)
    expect(output).toContain(`[bytenite] warning: not published: ${name} `)
    expect(output).toContain(remedy)
    expect(output.match(/not published/g)).toHaveLength(1)
    expect(output).not.toContain('[bytenite] packed')
    expect(await platform.uploads()).toEqual([])
  })

  return project
}
