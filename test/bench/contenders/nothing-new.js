import { publish } from 'bytenite-uploader'
import { app } from './app.js'

const [directory = '', apiUrl = ''] = process.argv.slice(2)
const { hash, unchanged } = await publish({
  directory,
  root: directory,
  manifest: app,
  template: false,
  record: false,
  apiUrl,
  accessToken: 'token',
  env: {},
  onWarning: console.error,
})
if (!unchanged) throw new Error('It was uploaded, though the platform has it.')
console.log(hash.hex)
