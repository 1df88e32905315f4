/** For authors of other plugins: everything a plugin needs to publish from a bundler or tool of its own. */
export { createLifecycle, type Lifecycle } from './lifecycle/lifecycle.js'
export type { Host } from './lifecycle/host.js'
export type { BuildEnvironment, Logger } from './publishing/environment.js'
export type { BuildOutcome } from './lifecycle/build-state.js'
export type { BuildOutput } from './lifecycle/build-output.js'
export type { ByteNitePlugin, HookContext, InputOptions, OutputBundle, OutputFile, OutputOptions } from './lifecycle/hooks.js'
export { checkPluginOptions, ROLLUP_OPTION_NAMES, type ByteNiteOptions } from './options.js'
export { addShebang, type AddShebang } from './shebang.js'
