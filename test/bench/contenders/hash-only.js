import { pack } from 'bytenite-uploader'
import { app } from './app.js'

const [directory = ''] = process.argv.slice(2)
const { hash } = await pack({
  directory,
  root: directory,
  manifest: app,
  template: false,
  record: false,
  env: {},
  onWarning: console.error,
})
console.log(hash.hex)
