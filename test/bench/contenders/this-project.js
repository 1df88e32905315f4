import { publish } from 'bytenite-uploader'
import { app } from './app.js'

const [directory = '', apiUrl = ''] = process.argv.slice(2)
const { hash, record, verified, unchanged } = await publish({
  directory,
  root: directory,
  manifest: app,
  // Nobody else packs one.
  template: false,
  record: false,
  apiUrl,
  accessToken: 'token',
  env: {},
  onWarning: console.error,
})
if (unchanged || verified !== (record.hash !== undefined)) throw new Error('The upload was not confirmed.')
console.log(hash.hex)
