import dns from 'node:dns'
import { createClient, resolveOptions } from 'bytenite-uploader'
import { expect, test, vi } from 'vitest'
import { onTestFinished } from '../helpers/current-test.ts'

/** The network, for as long as the test runs: no name is known, for this reason. */
function breakNames(code: 'ENOTFOUND' | 'EAI_AGAIN') {
  const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((name: string, _: unknown, done: (error: Error) => void) => {
    done(Object.assign(new Error(`getaddrinfo ${code} ${name}`), { code }))
  }) as typeof dns.lookup)
  // Behind a proxy, the names are looked up there.
  for (const name of ['HTTPS_PROXY', 'https_proxy']) vi.stubEnv(name, '')
  onTestFinished(() => {
    lookup.mockRestore()
    vi.unstubAllEnvs()
  })
  return lookup
}

function getInfo(apiUrl: string, retries = 0): Promise<unknown> {
  return createClient({ apiUrl, credentials: { accessToken: 'some-token' }, retries }).getInfo()
}

test('where nothing is configured, and the hosted platform is not there, the error says how to start one', async () => {
  const lookup = breakNames('ENOTFOUND')
  const { apiUrl } = resolveOptions({ directory: 'dist', env: {} })
  await expect(getInfo(apiUrl, 3)).rejects.toMatchObject({
    code: 'UNREACHABLE',
    message: expect.stringMatching(
      /^GET https:\/\/api\.bytenite\.com\/v1\/dev\/info failed: the host name could not be resolved\.\nThe hosted platform has been shut down\. .*"npx bytenite-local serve".*BYTENITE_API_URL/,
    ) as string,
  })
  // It will not come back in a moment.
  expect(lookup).toHaveBeenCalledTimes(1)
})

test('for other hosts, and while names cannot be looked up at all, the network is suspected', async () => {
  breakNames('ENOTFOUND')
  const network = { message: expect.stringMatching(/could not be resolved\.\nCheck the network and the address/) as string }
  await expect(getInfo('https://api.bytenite.com.example/v1')).rejects.toMatchObject(network)
  await expect(getInfo('https://api.bytenite.com:8443/v1')).rejects.toMatchObject(network)
  vi.restoreAllMocks()
  breakNames('EAI_AGAIN')
  await expect(getInfo('https://api.bytenite.com/v1')).rejects.toMatchObject(network)
})
