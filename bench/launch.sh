#!/usr/bin/env bash
# launch.sh PREFIX COUNT IMAGE TARBALL: instances with limits and a release, side by side, until each answers: what a person
# would write who needs nothing of an orchestrator.
set -euo pipefail
prefix=$1 count=$2 image=$3 tarball=$4

install='
mkdir -p /opt/bench/1.0.0 && tar -xzof - -C /opt/bench/1.0.0 && ln -sfn 1.0.0 /opt/bench/current || exit 1
if [ -x /lib/systemd/systemd ]; then
  printf "[Service]\nExecStart=/opt/bench/current/bin/bench\nRestart=always\n[Install]\nWantedBy=multi-user.target\n" \
    >/etc/systemd/system/bench.service
  until systemctl enable --now bench >/dev/null 2>&1; do sleep 0.05; done
else
  echo "::respawn:/opt/bench/current/bin/bench" >>/etc/inittab
  kill -HUP 1
fi'

one() {
  local name=$prefix-$1 address=
  incus launch "$image" "$name" -c limits.cpu=1 -c limits.memory=128MiB </dev/null >/dev/null
  incus exec "$name" -- sh -c "$install" <"$tarball"
  until [ -n "$address" ]; do
    address=$(incus list "^$name\$" -f csv -c 4 </dev/null | sed -n 's/"\{0,1\}\([0-9.]*\) (eth0).*/\1/p')
    [ -n "$address" ] || sleep 0.05
  done
  until curl -sf -o /dev/null --max-time 2 "http://$address:4000/"; do sleep 0.05; done
}

pids=()
for i in $(seq "$count"); do one "$i" & pids+=($!); done
for pid in "${pids[@]}"; do wait "$pid"; done
