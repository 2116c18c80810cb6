#!/bin/sh
# Creates our namespace, sets how long closed runs stay readable, registers the search attributes. Safe to run again.
set -eu

namespace=${TEMPORAL_NAMESPACE:-default}
retention=${RETENTION:-90d}

# until_works MESSAGE COMMAND …: for two minutes at most
until_works() {
  message=$1
  shift
  attempt=1
  until "$@" >/dev/null 2>&1; do
    [ "$attempt" -lt 60 ] || { echo "$message" >&2; exit 1; }
    attempt=$((attempt + 1))
    sleep 2
  done
}

until_works "Temporal does not answer at ${TEMPORAL_ADDRESS:-localhost:7233}" temporal operator cluster health

if temporal operator namespace describe --namespace "$namespace" >/dev/null 2>&1; then
  temporal operator namespace update --namespace "$namespace" --retention "$retention"
else
  temporal operator namespace create --namespace "$namespace" --retention "$retention"
fi

# The frontends learn of a new namespace a while after it was created.
until_works "Namespace $namespace does not appear" temporal operator search-attribute list --namespace "$namespace"
exec /bin/sh "$(dirname "$0")/search-attributes.sh"
