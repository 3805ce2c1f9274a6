lines=$2
echo 'file 0'
if [ -d /run/systemd/system ]; then
  if [ "$name" = - ]; then
    journalctl --no-pager --quiet --output=short-iso --lines="$lines" --boot=-1 2>/dev/null
    exit 0
  fi
  # What systemd says whenever it has started a unit, with an id of the run.
  set -- --output=cat --output-fields=INVOCATION_ID --lines=2
  set -- "$@" MESSAGE_ID=39f53479d3a045ac8e11786248231fbf "UNIT=cul8er-$name.service"
  runs=$(journalctl --no-pager --quiet "$@" 2>/dev/null)
  # shellcheck disable=SC2086 # one word for each run
  set -- $runs
  [ $# -eq 2 ] || exit 0
  exec journalctl --no-pager --quiet --output=short-iso --lines="$lines" "_SYSTEMD_INVOCATION_ID=$1"
fi
log=/var/log/cul8er/$name.log
[ -f "$log" ] || exit 0
older=0
[ ! -f "$log.1" ] || older=$(wc -c <"$log.1")
starts=$({
  cat "$log.starts.1"
  while read -r at; do echo $((older + at)); done <"$log.starts"
} 2>/dev/null | tail -n 2)
# shellcheck disable=SC2086 # one word for each start
set -- $starts
# The start before the last one is no longer known: all that is left before the last one is of that run.
[ $# -ne 1 ] || set -- 0 "$1"
[ $# -eq 2 ] || exit 0
cat "$log.1" "$log" 2>/dev/null | tail -c "+$(($1 + 1))" | head -c "$(($2 - $1))" | tail -n "$lines"
