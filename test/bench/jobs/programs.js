/** @import { App } from './platform.js' */

/** Writes as many chunks as its parameters say, each with its number. @type {App} */
export const SPLIT = {
  name: 'split',
  type: 'partitioner',
  entrypoint: 'main.sh',
  code: '#!/bin/sh\ni=0\nwhile [ $i -lt "$PARTITIONER_PARAMS" ]; do echo $i >"$CHUNKS_DIR/data_$i.bin"; i=$((i + 1)); done\n',
}

/** A trivial task that starts no other program. @type {App} */
export const SHELL = {
  name: 'shell',
  entrypoint: 'main.sh',
  code: '#!/bin/sh\nread -r n <"$TASK_DIR/data.bin"\necho "$n" >"$TASK_RESULTS_DIR/out.txt"\n',
}

/** The same in Node. @type {App} */
export const NODE = {
  name: 'node',
  entrypoint: 'main.mjs',
  code: [
    "import { readFileSync, writeFileSync } from 'node:fs'",
    'const { TASK_DIR, TASK_RESULTS_DIR } = process.env',
    'writeFileSync(`${TASK_RESULTS_DIR}/out.txt`, readFileSync(`${TASK_DIR}/data.bin`))\n',
  ].join('\n'),
}
