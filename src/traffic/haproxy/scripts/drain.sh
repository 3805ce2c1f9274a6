lock -s; topologies; exec 9>&-
old() { master 'show proc' | awk '/^# old workers/{o=1;next} /^#/{o=0} o&&NF{print $1}'; }
stat() { ask 'show stat -1 4 -1'; for pid in $(old); do master "@!$pid show stat -1 4 -1"; done; }
sessions() { stat | awk -F, -v s="$1" '$2==s{n+=$3+$5} END{print n+0}'; }
fresh() {
  [ -n "$(old)" ] || return 1
  up=$(ask 'show info' | sed -n 's/^Uptime_sec: //p')
  [ "${up:-0}" -lt "$1" ]
}
if [ "$4" = cut ]; then
  echo "cut $(sessions "$1")"
  # Several rounds: a GET that is cut is tried again, in an old process perhaps at the same server.
  for round in 1 2 3 4 5; do
    for pool in $(stat | awk -F, -v s="$1" '$2==s{print $1}' | sort -u); do
      ask "shutdown sessions server $pool/$1" >/dev/null
      for pid in $(old); do
        for session in $(master "@!$pid show sess" | grep -F " be=$pool " | grep -F " srv=$1 " | cut -d: -f1); do
          master "@!$pid shutdown session $session" >/dev/null
        done
      done
    done
    usleep 50000
    [ "$(sessions "$1")" = 0 ] && break
  done
  exit 0
fi
tries=0
while :; do
  left=$(sessions "$1"); idle=no; fresh "$3" && idle=yes
  tries=$((tries + 1))
  [ "$left" = 0 ] && [ $idle = no ] || [ $tries -ge "$2" ] && break
  usleep 100000
done
echo "left $left $idle"
