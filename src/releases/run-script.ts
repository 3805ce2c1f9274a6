import { ownerFunctions } from './scripts/owner.js'
import { APP_PATH, ROOT_PATH } from './scripts/root-path.js'
import { shellWords } from './shell-words.js'

/** Bytes at which a log file is copied to `.1` and begun anew, so that the two hold at most about twice this. */
export const LOG_LIMIT_BYTES = 10 * 1024 * 1024

/**
 * `/opt/NAME/run MODE`, which turns itself into the release's program with its environment and secrets. MODE is `journal`
 * (systemd keeps the output), `file` (OpenRC), `respawn` (busybox init), `direct` (started now, ahead of busybox init, which
 * waits a second before each start) or `stop` (the release's stop command).
 *
 * Environment and secrets are the release's: a `PATH` or `LD_PRELOAD` in them must not reach a program that root runs. So root
 * reads them and hands them on, secrets under names that mean nothing, the environment as an open file, to `run enter`. This
 * runs with the rights of the user `app`, where the image has one, and takes them up.
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
PATH=${ROOT_PATH}
cul8er_home=/opt/${name}
[ "$CUL8ER_CLEAN" = 1 ] || exec env -i CUL8ER_CLEAN=1 HOME=/root LANG=C.UTF-8 PATH="$PATH" "$cul8er_home/run" "$@"
if [ "$1" = enter ]; then
  shift
  cul8er_environment=$(cat <&3)
  exec 3<&-
  PATH=${APP_PATH}
  for cul8er_name in $CUL8ER_SECRETS; do
    eval "export $cul8er_name=\\"\\$CUL8ER_SECRET_$cul8er_name\\""
    unset "CUL8ER_SECRET_$cul8er_name"
  done
  unset CUL8ER_CLEAN CUL8ER_SECRETS
  set -a
  eval "$cul8er_environment"
  set +a
  exec "$@"
fi
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
set -- "$cul8er_home/run" enter "$@"
if id app >/dev/null 2>&1; then
  # A release cannot write into its folder. That of Elixir puts there what it makes at its start, unless this names another.
  RELEASE_TMP=/var/lib/cul8er/${name}
  mkdir -p "$RELEASE_TMP" && chown app "$RELEASE_TMP" && chmod 700 "$RELEASE_TMP" && export RELEASE_TMP
  HOME=$(awk -F: '$1 == "app" { print $6 }' /etc/passwd)
  if setpriv --reuid=app --regid=app --init-groups true 2>/dev/null; then
    set -- setpriv --reuid=app --regid=app --init-groups "$@"
  else
    set -- su -s /bin/sh app -c 'exec "$0" "$@"' "$@"
  fi
fi
CUL8ER_SECRETS=
for cul8er_file in /etc/cul8er/secrets/*; do
  [ -f "$cul8er_file" ] || continue
  # The x keeps line ends at the end of a value, which $(…) would drop.
  cul8er_value=$(cat "$cul8er_file" && printf x)
  cul8er_value=\${cul8er_value%x}
  export "CUL8ER_SECRET_\${cul8er_file##*/}=$cul8er_value"
  CUL8ER_SECRETS="$CUL8ER_SECRETS \${cul8er_file##*/}"
done
export CUL8ER_SECRETS CUL8ER_RELEASE=${name}
exec "$@" 3</etc/cul8er/${name}.env
`
