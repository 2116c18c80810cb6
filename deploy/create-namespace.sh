#!/bin/sh
# Creates our namespace, sets how long closed runs stay readable, registers the search attributes. Safe to run again.
set -eu

namespace=${TEMPORAL_NAMESPACE:-default}
retention=${RETENTION:-90d}

attempt=1
until temporal operator cluster health >/dev/null 2>&1; do
  [ "$attempt" -lt 60 ] || { echo "Temporal does not answer at $TEMPORAL_ADDRESS" >&2; exit 1; }
  attempt=$((attempt + 1))
  sleep 2
done

if temporal operator namespace describe --namespace "$namespace" >/dev/null 2>&1; then
  temporal operator namespace update --namespace "$namespace" --retention "$retention"
else
  temporal operator namespace create --namespace "$namespace" --retention "$retention"
fi

exec /bin/sh "$(dirname "$0")/search-attributes.sh"
