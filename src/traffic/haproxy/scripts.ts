import { CERTIFICATES_MAP } from './certificates.js'
import { ETC, RUN } from './global.js'

/*
 * What runs inside the edge, by busybox's sh. Scripts are constants: all that varies comes as arguments and standard input.
 * A configuration is a folder versions/<n>; `current` is a link to the one in force and is switched by a rename, so that
 * whoever starts HAProxy, at whatever moment, finds a whole one. The lock keeps two writers apart.
 */

/** Exit codes of COMMIT that are answers. */
export const CommitExit = { done: 0, conflict: 75, refused: 78, notLoaded: 76 } as const

/** Kept running by the edge's init. */
export const RUN_SCRIPT = `#!/bin/sh
mkdir -p ${RUN}
until [ -f ${ETC}/current/haproxy.cfg ]; do usleep 50000; done
exec haproxy -W -S ${RUN}/master.sock,mode,600 -C ${ETC}/current -f haproxy.cfg >>${RUN}/haproxy.log 2>&1
`

const COMMON = `
etc=${ETC} run=${RUN}
version() { v=$(readlink $etc/current) || v=; echo "\${v#versions/}"; }
ask() { printf '%s\\n' "$1" | socat -t 10 - UNIX:$run/haproxy.sock 2>/dev/null; }
master() { printf '%s\\n' "$1" | socat -t 10 - UNIX:$run/master.sock 2>/dev/null; }
lock() { mkdir -p $etc $run; exec 9>$run/lock; flock -w 20 $1 9 || exit 74; }
topologies() {
  for file in $etc/current/topologies/*.json; do
    [ -f "$file" ] && { printf '%%topology '; cat "$file"; }
  done
}
`

/** Standard input becomes the run script, if it is another one. */
export const INSTALL = `${COMMON}
mkdir -p $etc/versions $etc/certs $run; chmod 700 $etc
new=$etc/run.$$; cat >$new; chmod 755 $new
cmp -s $new $etc/run && rm $new || mv $new $etc/run
`

/** $1: a question for the runtime socket. Prints version, topologies (a line of JSON each) and the answer. */
export const READ = `${COMMON}
lock -s
echo "%version $(version)"
topologies
echo %answer
ask "$1"
exit 0
`

/** $@: fingerprints; prints the PEM files. */
export const READ_CERTIFICATES = `${COMMON}
for name in "$@"; do cat "$etc/certs/$name.pem" || exit 1; done
`

/**
 * $1: the version that the change was made from; $2: the new one; $3: \`runtime\` or \`load\`; $4: the skeleton's digest;
 * $5: the question that is asked at the end.
 * Standard input: a tar of the new version. Prints what HAProxy said, then \`%answer\` and its state.
 */
export const COMMIT = `${COMMON}
lock -x
[ "$(version)" = "$1" ] || { cat >/dev/null; version; exit ${CommitExit.conflict}; }
next=$etc/versions/$2
rm -rf "$next"; mkdir -p "$next" && tar -x -C "$next" -f - || exit 73
for pem in "$next"/certs/*.pem; do [ -f "$pem" ] && mv "$pem" $etc/certs/; done
while read -r file host; do
  [ -s "$etc/certs/$file" ] || {
    alt="DNS:$host"; [ "$host" = localhost ] && alt=DNS:localhost,IP:127.0.0.1
    umask 077
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 -subj "/CN=$host" \\
      -addext "subjectAltName=$alt" -keyout $etc/certs/.key -out $etc/certs/.crt 2>/dev/null &&
      cat $etc/certs/.crt $etc/certs/.key >"$etc/certs/$file"
    rm -f $etc/certs/.key $etc/certs/.crt
  }
done <"$next/self-signed"
while read -r name pem; do ln -sf "../../certs/$pem.pem" "$next/$name"; done <"$next/${CERTIFICATES_MAP}"
checked=$(haproxy -q -c -C "$next" -f haproxy.cfg 2>&1) || { echo "$checked"; rm -rf "$next"; exit ${CommitExit.refused}; }
info() { ask 'show info' | sed -n 's/^Pid: //p; s/^description: [^ ]* //p' | tr '\\n' ' '; }
before=$(info)
switch_to() { ln -sfn "$1" $etc/current.new && mv -T $etc/current.new $etc/current; }
was=$(readlink $etc/current)
switch_to "versions/$2"
# What is told over the socket can be told meanwhile; a load may switch back.
[ "$3" = load ] || sync -f "$next" &
if [ "$3" = load ]; then
  [ -f $run/haproxy.log ] && [ $(stat -c %s $run/haproxy.log) -gt 1000000 ] && : >$run/haproxy.log
  lines=$(cat $run/haproxy.log 2>/dev/null | wc -l)
  [ -n "$before" ] && master reload >/dev/null
  tries=0 loaded=
  while [ $tries -lt 200 ]; do
    now=$(info)
    case $now in "$before") ;; *" $4 "|"$4 "*) loaded=yes; break ;; esac
    usleep 50000; tries=$((tries + 1))
  done
  [ -n "$loaded" ] || {
    [ -n "$was" ] && { switch_to "$was"; [ -z "$(info)" ] || master reload >/dev/null; }
    tail -n +$((lines + 1)) $run/haproxy.log | grep -v NOTICE | tail -20; exit ${CommitExit.notLoaded}
  }
else
  number=
  # $1: a route's certificate; $2: the PEM text for it. An empty line would end what the socket is given. What it answers is not passed on,
  # as it may quote a key; a failure leaves the map as it is.
  serve() {
    { echo "set ssl cert $1 <<"; sed '/^$/d' "$etc/certs/$2.pem"; echo; } | socat -t 10 - UNIX:$run/haproxy.sock >/dev/null 2>&1
    case $(ask "commit ssl cert $1") in *Success!*) ask "set map ${CERTIFICATES_MAP} $1 $2" ;; esac
  }
  while IFS= read -r line; do
    case $line in
      'certificate '*) set_to=\${line#* }; said=$(serve "\${set_to% *}" "\${set_to#* }") ;;
      *) said=$(ask "$(printf '%s' "$line" | sed "s/@N/@$number/g")") ;;
    esac
    case $line in 'prepare map '*) number=\${said##* } ;; esac
    printf '%s\\n' "$said"
  done <"$next/commands"
fi
for old in $etc/versions/*; do
  [ "$old" = "$next" ] || [ "versions/\${old##*/}" = "$was" ] || rm -rf "$old"
done
for pem in $etc/certs/*.pem; do
  name=\${pem##*/}
  [ -f "$pem" ] && ! cut -d ' ' -f 2 "$next/${CERTIFICATES_MAP}" | grep -qxF "\${name%.pem}" && rm -f "$pem"
done
[ "$3" = load ] && sync -f "$next" || wait
echo %answer
ask "$5"
exit 0
`

/**
 * $1: a server; $2: how often to look, 100 ms apart; $3: seconds for which a process from before a load may still get requests
 * over idle connections; $4: \`cut\` to end what is left. Prints the topologies, the sessions left and whether such a process counts.
 */
export const DRAIN = `${COMMON}
lock -s; topologies; exec 9>&-
old() { master 'show proc' | awk '/^# old workers/{o=1;next} /^#/{o=0} o&&NF{print $1}'; }
stat() { ask 'show stat -1 4 -1'; for pid in $(old); do master "@!$pid show stat -1 4 -1"; done; }
sessions() { stat | awk -F, -v s="$1" '$2==s{n+=$3+$5} END{print n+0}'; }
fresh() {
  [ -n "$(old)" ] || return 1
  up=$(ask 'show info' | sed -n 's/^Uptime_sec: //p')
  [ "\${up:-0}" -lt "$1" ]
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
`

/** $1: how many lines at most. Prints the clock, in seconds since the epoch, the latest requests, and that this is all. */
export const REQUESTS = `${COMMON}
echo "%clock $(date +%s)"
ask 'show events requests' | tail -n "$1"
echo %end
exit 0
`

/** Prints the programs of an edge's image as a tar. */
export const CONTENT =
  'cd / && for dir in bin sbin lib lib64 usr etc; do [ -e $dir ] && echo $dir; done | xargs tar -cf -'

/** Standard input: a tar by CONTENT, whose files take the place of ours. What belongs to the instance stays. */
export const RENEW = `${COMMON}
stage=/var/next; rm -rf $stage; mkdir -p $stage && tar -x -C $stage -f - || exit 73
cd $stage && rm -rf etc/cul8er-edge etc/hostname etc/hosts etc/resolv.conf
lock -x
find . -type d | while IFS= read -r dir; do mkdir -p "/$dir"; done
find . ! -type d | while IFS= read -r file; do mv -fT "$file" "/$file" || exit 73; done || exit 73
cd / && rm -rf $stage
sync -f /
`
