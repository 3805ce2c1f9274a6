import { ownerFunctions } from './scripts/owner.js'
import { shellWords } from './shell-words.js'

/** Bytes at which a log file is copied to `.1` and begun anew, so that the two hold at most about twice this. */
export const LOG_LIMIT_BYTES = 10 * 1024 * 1024

/**
 * `/opt/NAME/run MODE`, which turns itself into the release's program with its environment and secrets. MODE is `journal`
 * (systemd keeps the output), `file` (OpenRC), `respawn` (busybox init), `direct` (started now, ahead of busybox init, which
 * waits a second before each start) or `stop` (the release's stop command).
 *
 * Secrets are read by root, then rights are dropped when the image has a user `app`.
 */
export const runScript = ({
  name,
  start,
  stop,
}: {
  name: string
  start: string[]
  stop: string[] | null
}): string => `#!/bin/sh
# Written by cul8er.
cul8er_home=/opt/${name}
[ "$CUL8ER_CLEAN" = 1 ] || exec env -i CUL8ER_CLEAN=1 HOME=/root LANG=C.UTF-8 \\
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$cul8er_home/run" "$@"
cul8er_mode=$1
${stop === null ? '[ "$cul8er_mode" != stop ] || exit 0' : ''}
${ownerFunctions}
keep_log() {
  while [ "$(identity $$)" = "$2" ]; do
    sleep 15
    [ -z "$(find "$1" -size +${LOG_LIMIT_BYTES / 1024}k)" ] || { cp "$1" "$1.1" && : >"$1"; }
  done
}
case $cul8er_mode in
respawn)
  while [ -e "$cul8er_home/.hold" ] || owned "$cul8er_home"; do sleep 1; done
  own "$cul8er_home"
  end_leftovers ${name}
  ;;
direct) own "$cul8er_home" ;;
file)
  while [ -e "$cul8er_home/.hold" ]; do sleep 1; done
  end_leftovers ${name}
  ;;
esac
case $cul8er_mode in
file | respawn | direct)
  mkdir -p /var/log/cul8er
  cul8er_log=/var/log/cul8er/${name}.log
  exec >>"$cul8er_log" 2>&1 </dev/null
  # Twice in the background: the log keeper becomes a child of init and not of the program.
  (keep_log "$cul8er_log" "$(identity $$)" &)
  ;;
esac
cd -P "$cul8er_home/current" || exit 1
case $cul8er_mode in
stop) set -- ${shellWords(stop ?? [])} ;;
*) set -- ${shellWords(start)} ;;
esac
if id app >/dev/null 2>&1; then
  HOME=$(awk -F: '$1 == "app" { print $6 }' /etc/passwd)
  if setpriv --reuid=app --regid=app --init-groups true 2>/dev/null; then
    set -- setpriv --reuid=app --regid=app --init-groups "$@"
  else
    set -- su -s /bin/sh app -c 'exec "$0" "$@"' "$@"
  fi
fi
unset CUL8ER_CLEAN
for cul8er_file in /etc/cul8er/secrets/*; do
  [ -f "$cul8er_file" ] || continue
  # The x keeps line ends at the end of a value, which $(…) would drop.
  cul8er_value=$(cat "$cul8er_file" && printf x)
  cul8er_value=\${cul8er_value%x}
  export "\${cul8er_file##*/}=$cul8er_value"
done
export CUL8ER_RELEASE=${name}
set -a
. /etc/cul8er/${name}.env
set +a
exec "$@"
`
