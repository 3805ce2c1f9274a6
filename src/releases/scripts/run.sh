cul8er_mode=$1
[ "$cul8er_mode" != stop ] || [ -n "$cul8er_stop" ] || exit 0
# Where the last two starts are in the log: what is between them is the previous run.
note_start() {
  { tail -n 1 "$1.starts" 2>/dev/null; wc -c <"$1"; } >"$1.starts.new" && mv -f "$1.starts.new" "$1.starts"
}
keep_log() {
  while [ "$(identity $$)" = "$2" ]; do
    sleep 15
    [ -z "$(find "$1" -size "+${cul8er_log_limit_kib}k")" ] || {
      cp "$1" "$1.1" && : >"$1"
      mv -f "$1.starts" "$1.starts.1" 2>/dev/null || rm -f "$1.starts.1"
    }
  done
}
case $cul8er_mode in
respawn)
  while [ -e "$cul8er_home/.hold" ] || owned "$cul8er_home"; do sleep 1; done
  own "$cul8er_home"
  end_leftovers "$cul8er_release"
  ;;
direct) own "$cul8er_home" ;;
file)
  while [ -e "$cul8er_home/.hold" ]; do sleep 1; done
  end_leftovers "$cul8er_release"
  ;;
esac
case $cul8er_mode in
file | respawn | direct)
  mkdir -p /var/log/cul8er
  cul8er_log=/var/log/cul8er/$cul8er_release.log
  exec >>"$cul8er_log" 2>&1 </dev/null
  note_start "$cul8er_log"
  # Twice in the background: the log keeper becomes a child of init and not of the program.
  (keep_log "$cul8er_log" "$(identity $$)" &)
  ;;
esac
cd -P "$cul8er_home/current" || exit 1
case $cul8er_mode in
stop) eval "set -- $cul8er_stop" ;;
*) eval "set -- $cul8er_start" ;;
esac
set -- "$cul8er_home/run" enter "$@"
if id app >/dev/null 2>&1; then
  # A release cannot write into its folder. That of Elixir puts there what it makes at its start, unless this names another.
  RELEASE_TMP=/var/lib/cul8er/$cul8er_release
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
  cul8er_value=${cul8er_value%x}
  export "CUL8ER_SECRET_${cul8er_file##*/}=$cul8er_value"
  CUL8ER_SECRETS="$CUL8ER_SECRETS ${cul8er_file##*/}"
done
export CUL8ER_SECRETS CUL8ER_RELEASE=$cul8er_release
exec "$@" 3<"/etc/cul8er/$cul8er_release.env"
