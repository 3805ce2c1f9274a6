import { ScriptExit } from '../verbs.js'
import { prelude, service } from './prelude.js'
import { ROOT_PATH } from './root-path.js'

export const restartScript = `${prelude}${service}
[ -e "$home/current" ] || fail ${ScriptExit.nothingInstalled} "$name is not installed"
find_init
start_service "$2"
`

/** Stopping what was never installed is done already. */
export const stopScript = `${prelude}${service}
[ -x "$home/run" ] || exit 0
find_init
stop_service "$2"
`

/** The journal where there is one; else the release's own file, or the system log for a whole instance. */
export const logsScript = `${prelude}
lines=$2
follow=
if [ -d /run/systemd/system ]; then
  [ "$3" != 1 ] || follow=-f
  if [ "$name" = - ]; then
    exec journalctl --no-pager --quiet --output=short-iso --lines="$lines" $follow
  fi
  exec journalctl --no-pager --quiet --output=short-iso --lines="$lines" $follow "_SYSTEMD_UNIT=cul8er-$name.service"
fi
[ "$3" != 1 ] || follow=-F
for file in "/var/log/cul8er/$name.log" /var/log/syslog /var/log/messages; do
  if [ -f "$file" ]; then exec tail -n "$lines" $follow "$file"; fi
  [ "$name" = - ] || exit 0
done
`

/**
 * A log with a mark of where it was read to, so that the next reading goes on from there. The first line says which log it is:
 * `journal`, whose last line is then `-- cursor: …`; `file N`, with what begins at byte N; or `rotated`, with what was not yet read of a
 * file that was begun anew in the meantime.
 */
export const logsFromScript = `${prelude}
lines=$2
from=$3
if [ -d /run/systemd/system ]; then
  echo journal
  set -- --no-pager --quiet --output=short-iso --show-cursor
  [ "$name" = - ] || set -- "$@" "_SYSTEMD_UNIT=cul8er-$name.service"
  case $from in
  journal:?*) set -- "$@" "--after-cursor=\${from#journal:}" ;;
  '') set -- "$@" "--lines=$lines" ;;
  esac
  journalctl "$@" && exit 0
  code=$?
  # It fails where there is no journal yet, a moment after the boot.
  for journal in /run/log/journal/*/* /var/log/journal/*/*; do [ ! -e "$journal" ] || exit "$code"; done
  exit 0
fi
read_from() {
  size=$(wc -c <"$1")
  size=$((size))
  case $from in
  file:*) at=\${from#file:} ;;
  '') at=$((size - $(head -c "$size" "$1" | tail -n "$lines" | wc -c))) ;;
  *) at=0 ;;
  esac
  if [ "$at" -gt "$size" ]; then
    echo rotated
    for old in "$1.1" "$1.0"; do
      if [ -f "$old" ]; then exec tail -c "+$((at + 1))" "$old"; fi
    done
    exit 0
  fi
  echo "file $at"
  exec tail -c "+$((at + 1))" "$1"
}
for file in "/var/log/cul8er/$name.log" /var/log/syslog /var/log/messages; do
  [ ! -f "$file" ] || read_from "$file"
  [ "$name" = - ] || break
done
echo file 0
`

/**
 * For addresses that the host cannot reach: asks from inside with what the image has. tcp is answered by the kernel's table of
 * listening sockets, for which any image has what it takes. nc comes before wget: that of Debian's busybox-static crashes.
 */
export const probeScript = `
PATH=${ROOT_PATH}
export PATH
kind=$1
port=$2
path=$3
seconds=$4
if [ "$kind" = tcp ]; then
  listening="^ *[0-9]*: [0-9A-F]*:$(printf %04X "$port") [0-9A-F]*:0000 0A "
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -q "$listening"
  exit
fi
url=$kind://127.0.0.1:$port$path
if command -v curl >/dev/null 2>&1; then
  exec curl -ks -o /dev/null -w '%{http_code}' --max-time "$seconds" "$url"
fi
if [ "$kind" = http ] && command -v nc >/dev/null 2>&1; then
  request="GET $path HTTP/1.0\\\\r\\\\nHost: localhost:$port\\\\r\\\\n\\\\r\\\\n"
  reply=$(printf '%b' "$request" | nc -w "$seconds" 127.0.0.1 "$port" 2>&1 | head -n 1)
else
  command -v wget >/dev/null 2>&1 || exit ${ScriptExit.noProbeProgram}
  reply=$(wget -S -O /dev/null -T "$seconds" "$url" 2>&1)
fi
code=$(printf '%s\\n' "$reply" | awk '$1 ~ /^HTTP\\// { print $2; exit }')
[ -n "$code" ] || exit 1
printf %s "$code"
`
