#!/bin/sh
# The simulated outside systems and a worker that holds their secrets, in one container: the systems listen on loopback.
set -eu

app=${APP:-/app}
folder=.qys-e10/simulators
rm -f "$folder/simulated.env"

node "$app/dist/simulators/main.js" &
simulators=$!
while [ ! -f "$folder/simulated.env" ]; do
  kill -0 "$simulators" || exit 1
  sleep 1
done
. "./$folder/simulated.env"

# Both end together: without the systems the worker is of no use, and the other way round.
node "$app/bin/qys-e10.mjs" worker &
worker=$!
trap 'kill -TERM "$worker" 2>/dev/null || true' TERM INT
while kill -0 "$worker" 2>/dev/null; do
  wait "$worker" || true # a signal ends the wait, not the worker: it finishes the calls it has begun
done
kill "$simulators" 2>/dev/null || true
