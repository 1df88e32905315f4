// For a config that is CommonJS: Vite 5 does not let it load a file that Node takes for an ES module.
import index = require('./index.js')

export = index
