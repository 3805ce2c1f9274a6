#!/usr/bin/env bash
# update.sh PREFIX COUNT VERSION TARBALL EDGE: one instance after another out of the load balancer, a snapshot, the new version in
# its place, back in when it answers.
set -euo pipefail
prefix=$1 count=$2 version=$3 tarball=$4 edge=$5

tell() { incus exec "$edge" -- sh -c "echo '$1' | socat - UNIX:/run/bench/haproxy.sock" </dev/null; }
busy() { tell 'show stat -1 4 -1' | awk -F, -v s="$1" '$2 == s {print $5}'; }

for i in $(seq "$count"); do
  name=$prefix-$i
  tell "set server app/$name state drain" >/dev/null
  until [ "$(busy "$name")" = 0 ]; do sleep 0.1; done
  incus snapshot create "$name" "before-$version" </dev/null
  incus exec "$name" -- sh -c "mkdir -p /opt/bench/$version && tar -xzof - -C /opt/bench/$version &&
    ln -sfn $version /opt/bench/current && kill \$(cat /run/bench.pid)" <"$tarball"
  address=$(incus list "^$name\$" -f csv -c 4 </dev/null | sed -n 's/"\{0,1\}\([0-9.]*\) (eth0).*/\1/p')
  until [ "$(curl -s --max-time 2 "http://$address:4000/" | head -n 1)" = "$version" ]; do sleep 0.05; done
  tell "set server app/$name state ready" >/dev/null
done
