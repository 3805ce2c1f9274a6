#!/usr/bin/env bash
# power-on.sh NETNS FOLDER NAME CGROUP...: starts host.sh in the network NETNS and the CGROUPs, with namespaces of its own for the rest. When
# this process ends, however it ends, all that runs on the host ends with it.
set -euo pipefail
netns=$1 folder=$2 name=$3
for group in "${@:4}"; do echo $$ >"$group/cgroup.procs"; done
exec nsenter --net="/run/netns/$netns" \
  unshare --mount --uts --pid --cgroup --fork --kill-child --mount-proc -- "$(dirname "${BASH_SOURCE[0]}")/host.sh" "$folder" "$name"
