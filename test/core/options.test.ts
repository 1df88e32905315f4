import { resolveOptions, type PublishOptions } from 'bytenite-uploader'
import { expect, test } from 'vitest'

function resolve(options: Partial<PublishOptions>, env: Record<string, string> = {}) {
  return resolveOptions({ directory: 'dist', env, ...options })
}

test('an option beats the environment, and the environment beats the default', () => {
  const env = { BYTENITE_API_URL: 'https://env.example/v1' }
  expect(resolve({ apiUrl: 'https://option.example/v1' }, env).apiUrl).toBe('https://option.example/v1')
  expect(resolve({}, env).apiUrl).toBe('https://env.example/v1')
  expect(resolve({}).apiUrl).toBe('https://api.bytenite.com/v1')
})

test.each([
  [{ apiKey: 'k' }, { BYTENITE_ACCESS_TOKEN: 't' }, { apiKey: 'k' }],
  [{ apiKey: 'k', accessToken: 't' }, {}, { accessToken: 't' }],
  [{}, { BYTENITE_API_KEY: 'k', BYTENITE_ACCESS_TOKEN: 't' }, { accessToken: 't' }],
  [{}, { BYTENITE_API_KEY: 'k' }, { apiKey: 'k' }],
  [{}, { BYTENITE_API_KEY: '' }, undefined],
  [{}, {}, undefined],
])('credentials of %o and %o are %o', (options, env, expected) => {
  expect(resolve(options, env as Record<string, string>).credentials?.reveal()).toEqual(expected)
})

test.each([
  ['https://api.example/v1/', 'https://api.example/v1'],
  ['http://127.0.0.1:8080/v1', 'http://127.0.0.1:8080/v1'],
  ['http://localhost:8080/v1', 'http://localhost:8080/v1'],
  ['http://[::1]:8080/v1', 'http://[::1]:8080/v1'],
])('the address %s is accepted', (apiUrl, expected) => {
  expect(resolve({ apiUrl }).apiUrl).toBe(expected)
})

test.each([
  ['nonsense', 'is not a URL'],
  ['http://api.example/v1', 'must use https'],
  ['http://127.0.0.1.example.com/v1', 'must use https'],
  ['ftp://127.0.0.1/v1', 'must use https'],
  ['https://user:hunter2@api.example/v1', 'must not contain credentials'],
  ['https://api.example', 'must end in /v1'],
  ['https://api.example/v1/dev', 'must end in /v1'],
  ['https://api.example/v1?x=1', 'must end in /v1'],
])('the address %s is refused: it %s', (apiUrl, reason) => {
  const resolving = () => resolve({ apiUrl })
  expect(resolving).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  expect(resolving).toThrow(reason)
  expect(resolving).not.toThrow('hunter2')
})

test.each([[{ directory: [] }], [{ directory: '' }], [{ include: [''] }], [{ exclude: 5 as unknown as string }]])(
  '%o is refused',
  (options) => {
    expect(() => resolve(options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  },
)
