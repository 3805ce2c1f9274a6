#!/usr/bin/env bash
# host.sh FOLDER NAME: the first process of a lab host, in namespaces of its own (network, mounts, UTS, PIDs, cgroups). What the host keeps
# when its power is cut is in FOLDER; the rest of its file system is this machine's.
set -euo pipefail
folder=$1 name=$2

mount --make-rprivate /
hostname "$name"
# What this machine's own Incus and programs mounted there is none of this host's, and would be kept busy by it.
awk '$2 ~ "^/(run|var/lib/incus)/" {print $2}' /proc/self/mounts | sort -r | while read -r path; do umount -l "$path"; done

# Those of its own network and of its own part of the cgroups. Without them Incus cannot freeze an instance for a snapshot.
mount -t sysfs sysfs /sys
if grep -qv '^0::' /proc/self/cgroup; then
  mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
  while IFS=: read -r number controllers _; do
    if [ "$number" = 0 ]; then
      mkdir /sys/fs/cgroup/unified
      mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified
      continue
    fi
    mkdir "/sys/fs/cgroup/${controllers#name=}"
    mount -t cgroup -o "$controllers" cgroup "/sys/fs/cgroup/${controllers#name=}"
  done </proc/self/cgroup
else
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  # A group that hands controllers on has no processes of its own.
  mkdir -p /sys/fs/cgroup/init
  echo 1 >/sys/fs/cgroup/init/cgroup.procs
  sed 's/[^ ]*/+&/g' /sys/fs/cgroup/cgroup.controllers >/sys/fs/cgroup/cgroup.subtree_control
fi

mount -t overlay -o "lowerdir=/etc,upperdir=$folder/etc,workdir=$folder/etc.work" overlay /etc
for own in /var/lib/incus /var/log/incus /var/cache/incus /root /var/tmp; do
  mkdir -p "$own" "$folder$own"
  mount --bind "$folder$own" "$own"
done
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/sshd /run/lock /run/lab
mount --bind "$folder/ssh" /run/lab
# Last: FOLDER itself is below it.
mkdir -p "$folder/tmp"
chmod 1777 "$folder/tmp"
mount --bind "$folder/tmp" /tmp
cd /

echo 1 >/proc/sys/net/ipv4/ip_forward
# The machine's own AppArmor knows nothing of this host.
env -i INCUS_SECURITY_APPARMOR=false HOME=/root PATH=/usr/libexec/incus:/usr/sbin:/usr/bin:/sbin:/bin \
  /usr/libexec/incus/incusd --group=incus-admin --logfile=/var/log/incus/incus.log </dev/null >/var/log/incus/output.log 2>&1 &
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin /usr/sbin/sshd -D -e -f /run/lab/sshd_config </dev/null >/var/log/incus/sshd.log 2>&1 &
wait
