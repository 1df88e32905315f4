import type { BuildEnvironment } from 'rollup-plugin-bytenite/lifecycle'

type FinishingHost = NonNullable<BuildEnvironment['finishedBy']>

interface KnownHost extends FinishingHost {
  /** Names of its own plugins. */
  plugins?: RegExp
  /** Its own command, where it has no plugin. */
  command?: RegExp
  /** A variable that it sets for its own builds. */
  variable?: string
  /** Whether it is done in time if it builds all environments as one app. */
  isDoneInAppBuild?: boolean
}

/** Each was built for real; what the plugin would have packed was not its final output. */
const HOSTS: readonly KnownHost[] = [
  {
    name: 'Astro',
    plugins: /^astro:build$/,
    reason: 'renders its pages after the bundler has finished',
    remedy: "Call publishOutput() of bytenite-uploader in an integration's astro:build:done hook",
  },
  {
    name: 'SvelteKit',
    plugins: /^vite-plugin-sveltekit-/,
    reason: 'lets its adapter write the output after the bundler has finished',
    remedy: 'Wrap the adapter, and call publishOutput() of bytenite-uploader after its adapt()',
  },
  {
    name: 'VitePress',
    plugins: /^vitepress$/,
    reason: 'renders its pages after the bundler has finished',
    remedy: 'Call publishOutput() of bytenite-uploader in the buildEnd hook of its config',
  },
  {
    name: 'React Router',
    plugins: /^react-router$/,
    isDoneInAppBuild: true,
    reason: 'builds client and server one after the other, and goes on after each',
    remedy: 'Call publishOutput() of bytenite-uploader in buildEnd of react-router.config, or set future.v8_viteEnvironmentApi',
  },
  {
    name: 'Remix',
    plugins: /^remix$/,
    reason: 'builds client and server one after the other, and goes on after each',
    remedy: 'Call publishOutput() of bytenite-uploader in buildEnd of its Vite plugin',
  },
  {
    name: 'Nuxt',
    // The same prefix is that of @nuxt/ui, which plain Vite projects use.
    plugins: /^nuxt:(?!ui)/,
    reason: 'lets Nitro write the output after the bundler has finished',
    remedy: "Call publishOutput() of bytenite-uploader in Nitro's compiled hook, within the hook nitro:init of nuxt.config",
  },
  {
    name: 'SolidStart with Vinxi',
    plugins: /^vinxi:/,
    reason: 'builds each router by itself, and lets Nitro write the output afterwards',
    remedy: 'Call publishOutput() of bytenite-uploader in server.hooks.compiled of app.config',
  },
  {
    name: 'Nitro',
    plugins: /^nitro:/,
    reason: 'writes the output after the bundler has finished',
    remedy: "Call publishOutput() of bytenite-uploader in Nitro's compiled hook",
  },
  {
    name: 'Qwik City',
    plugins: /^vite-plugin-qwik-city$/,
    reason: 'builds client and server by a command each, and generates pages after the second',
    remedy: 'Call publishOutput() of bytenite-uploader in a script that runs after all of them, in a process of its own',
  },
  {
    name: 'Vike',
    plugins: /^vike:/,
    reason: 'adds files to the output, and prerenders, after the bundler has finished',
    remedy: 'Call publishOutput() of bytenite-uploader in a script that runs after the build, in a process of its own',
  },
  {
    name: 'vite-ssg',
    command: /[\\/]vite-ssg(?:\.[cm]?js)?$/,
    variable: 'VITE_SSG',
    reason: 'renders its pages after the bundler has finished',
    remedy: 'Call publishOutput() of bytenite-uploader in onFinished of ssgOptions',
  },
]

/**
 * The framework that a build belongs to, if its output is not final when the bundler has finished.
 * @param command path of the script that runs
 * @param isAppBuild whether all environments are built as one app
 */
export function findFinishingHost(
  plugins: readonly { name: string }[],
  env: Readonly<Record<string, string | undefined>>,
  command: string,
  isAppBuild: boolean,
): FinishingHost | undefined {
  return HOSTS.find(({ plugins: own, command: ownCommand, variable, isDoneInAppBuild }) => {
    if (isDoneInAppBuild === true && isAppBuild) return false
    if (variable !== undefined && env[variable]) return true
    return ownCommand?.test(command) === true || (own !== undefined && plugins.some(({ name }) => own.test(name)))
  })
}
