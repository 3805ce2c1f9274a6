lock -x
[ "$(version)" = "$1" ] || { cat >/dev/null; version; exit $exit_conflict; }
next=$etc/versions/$2
rm -rf "$next"; mkdir -p "$next" && tar -x -C "$next" -f - || exit 73
brought=
for pem in "$next"/certs/*.pem; do [ -f "$pem" ] && { brought="$brought ${pem##*/}"; mv "$pem" $etc/certs/; }; done
# $1: a file of certs; $2: its host name.
self_sign() {
  alt="DNS:$2"; [ "$2" = localhost ] && alt=DNS:localhost,IP:127.0.0.1
  umask 077
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 -subj "/CN=$2" \
    -addext "subjectAltName=$alt" -keyout $etc/certs/.key -out $etc/certs/.crt 2>/dev/null &&
    cat $etc/certs/.crt $etc/certs/.key >"$etc/certs/$1"
  rm -f $etc/certs/.key $etc/certs/.crt
}
while read -r file host; do
  [ -s "$etc/certs/$file" ] || self_sign "$file" "$host"
done <"$next/self-signed"
while read -r name pem; do ln -sf "../../certs/$pem.pem" "$next/$name"; done <"$next/$certificates_map"
check() { checked=$(haproxy -q -c -C "$next" -f haproxy.cfg 2>&1); }
# A certificate of another topology that was damaged is in nobody's way: one of our own takes its place until that topology brings it again.
mend() {
  mended=
  while read -r name pem; do
    case " $brought " in *" $pem.pem "*) continue ;; esac
    openssl x509 -noout -in "$etc/certs/$pem.pem" && openssl pkey -noout -in "$etc/certs/$pem.pem" ||
      { self_sign "$pem.pem" localhost; mended=yes; }
  done <"$next/$certificates_map" 2>/dev/null
  [ -n "$mended" ]
}
check || { mend && check; } || { echo "$checked"; rm -rf "$next"; exit $exit_refused; }
info() { ask 'show info' | sed -n 's/^Pid: //p; s/^description: [^ ]* //p' | tr '\n' ' '; }
before=$(info)
switch_to() { ln -sfn "$1" $etc/current.new && mv -T $etc/current.new $etc/current; }
was=$(readlink $etc/current)
switch_to "versions/$2"
# What is told over the socket can be told meanwhile; a load may switch back.
[ "$3" = load ] || sync -f "$next" &
if [ "$3" = load ]; then
  [ -f $run/haproxy.log ] && [ "$(stat -c %s $run/haproxy.log)" -gt 1000000 ] && : >$run/haproxy.log
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
    tail -n +$((lines + 1)) $run/haproxy.log | grep -v NOTICE | tail -20; exit $exit_not_loaded
  }
else
  number=
  # $1: a route's certificate; $2: the PEM text for it. An empty line would end what the socket is given. What it answers is not passed on,
  # as it may quote a key; a failure leaves the map as it is.
  serve() {
    { echo "set ssl cert $1 <<"; sed '/^$/d' "$etc/certs/$2.pem"; echo; } | socat -t 10 - UNIX:$run/haproxy.sock >/dev/null 2>&1
    case $(ask "commit ssl cert $1") in *Success!*) ask "set map $certificates_map $1 $2" ;; esac
  }
  while IFS= read -r line; do
    case $line in
      'certificate '*) set_to=${line#* }; said=$(serve "${set_to% *}" "${set_to#* }") ;;
      *) said=$(ask "$(printf '%s' "$line" | sed "s/@N/@$number/g")") ;;
    esac
    case $line in 'prepare map '*) number=${said##* } ;; esac
    printf '%s\n' "$said"
  done <"$next/commands"
fi
for old in $etc/versions/*; do
  [ "$old" = "$next" ] || [ "versions/${old##*/}" = "$was" ] || rm -rf "$old"
done
for pem in $etc/certs/*.pem; do
  name=${pem##*/}
  [ -f "$pem" ] && ! cut -d ' ' -f 2 "$next/$certificates_map" | grep -qxF "${name%.pem}" && rm -f "$pem"
done
[ "$3" = load ] && sync -f "$next" || wait
echo %answer
ask "$5"
exit 0
