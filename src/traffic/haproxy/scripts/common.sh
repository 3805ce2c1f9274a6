version() { v=$(readlink $etc/current) || v=; echo "${v#versions/}"; }
ask() { printf '%s\n' "$1" | socat -t 10 - UNIX:$run/haproxy.sock 2>/dev/null; }
master() { printf '%s\n' "$1" | socat -t 10 - UNIX:$run/master.sock 2>/dev/null; }
lock() { mkdir -p $etc $run; exec 9>$run/lock; flock -w 20 $1 9 || exit 74; }
topologies() {
  for file in $etc/current/topologies/*.json; do
    [ -f "$file" ] && { printf '%%topology '; tr -d '\n' <"$file"; echo; }
  done
}
