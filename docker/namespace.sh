#!/bin/sh
# The namespace, and the search attributes that operations carry (src/contracts/names.ts).
set -eu
temporal operator namespace describe --namespace default >/dev/null 2>&1 ||
  temporal operator namespace create --namespace default --retention 30d
# The server takes a moment to know a namespace that it has just registered.
tries=30
until known=$(temporal operator search-attribute list --namespace default); do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || exit 1
  sleep 1
done
for attribute in Cul8erTopology:Keyword Cul8erOperation:Keyword Cul8erRevision:Int Cul8erHost:KeywordList \
  Cul8erOutcome:Keyword; do
  name=${attribute%:*}
  case $known in *"$name"*) continue ;; esac
  temporal operator search-attribute create --namespace default --name "$name" --type "${attribute#*:}"
done
