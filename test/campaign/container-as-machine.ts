import { execa } from 'execa'

/* What an Incus container lacks as a machine that runs containers itself. */

/** Where the kernel's cgroups are of version 1, each controller by itself: LXC looks for all of them. */
export const CGROUPS = `[ -f /sys/fs/cgroup/cgroup.controllers ] || {
  mount -o remount,rw /sys/fs/cgroup
  sed -n 's/^[0-9]*:\\([a-z_]\\{1,\\}\\):.*/\\1/p' /proc/self/cgroup | while read -r controller; do
    at=/sys/fs/cgroup/$controller
    if [ -L "$at" ]; then rm "$at"; fi
    mkdir -p "$at"
    mountpoint -q "$at" || mount -t cgroup -o "$controller" cgroup "$at"
  done
}`

/** Ends when its network is up. */
export const NAMES_RESOLVE =
  'for i in $(seq 100); do getent hosts deb.debian.org >/dev/null && exit; sleep 0.2; done; exit 1'

/** Lines of apt's configuration that say how this machine reaches mirrors; none where it needs no proxy. */
export async function aptProxies(): Promise<string> {
  const { stdout } = await execa('apt-config', ['dump'], { reject: false })
  return stdout
    .split('\n')
    .filter((line) => /^Acquire::https?::Proxy /i.test(line))
    .join('\n')
}
