#!/bin/sh
# Registers what operators filter by. The worker does the same at its start where it may; in Temporal Cloud it may not.
set -eu

namespace=${TEMPORAL_NAMESPACE:-default}
known=$(temporal operator search-attribute list --namespace "$namespace")

register() {
  printf '%s\n' "$known" | grep -qw "$1" && return
  temporal operator search-attribute create --namespace "$namespace" --name "$1" --type "$2"
}

register QysBatch Keyword
register QysTenant Keyword
register QysWave Keyword
register QysSite Keyword
register QysStep Keyword
register QysOutcome Keyword
register QysFindings KeywordList
register QysNeedsAttention Bool
