import { readFileSync } from 'node:fs'
import type { WorkerSettings } from '../workers/scheduler.js'

/** The program of a worker. */
const AGENT: URL = new URL('../workers/agent.js', import.meta.url)

/**
 * The script of a worker. Slurm keeps it for its user alone, so a secret may stand in it, as it may not in a parameter. The shell
 * stays beside the worker's program, to clean up where that is killed.
 */
export function batchScript(settings: WorkerSettings): string {
  return `#!/bin/sh
# Runs tasks of a job of bytenite-local, one after the other.
umask 077
scratch=$(mktemp -d "\${TMPDIR:-/tmp}/bytenite-XXXXXXXXXX") || exit 1
cat > "$scratch/settings.json" <<'END_OF_SETTINGS'
${JSON.stringify(settings)}
END_OF_SETTINGS
cat > "$scratch/agent.mjs" <<'END_OF_AGENT'
${readFileSync(AGENT, 'utf8')}
END_OF_AGENT
trap : TERM INT HUP
node "$scratch/agent.mjs" "$scratch" "\${SLURM_ARRAY_JOB_ID}_\${SLURM_ARRAY_TASK_ID}" "$SLURMD_NODENAME" &
agent=$!
status=0
while :; do
  wait "$agent"
  status=$?
  # It was only interrupted by a signal, which the worker has got, too.
  kill -0 "$agent" 2> /dev/null || break
done
# Nothing interrupts what cleans up.
trap '' TERM INT HUP
[ ! -s "$scratch/group" ] || kill -s KILL -- "-$(cat "$scratch/group")" 2> /dev/null
[ ! -s "$scratch/container" ] || podman rm --force --time 0 --ignore "$(cat "$scratch/container")" > /dev/null 2>&1
for file in $(grep -lsaF "_DIR=$scratch/" /proc/[0-9]*/environ); do
  pid=\${file#/proc/}
  kill -s KILL "\${pid%/environ}" 2> /dev/null
done
rm -rf "$scratch" 2> /dev/null || { chmod -R u+rwX "$scratch"; rm -rf "$scratch"; }
exit "$status"
`
}
