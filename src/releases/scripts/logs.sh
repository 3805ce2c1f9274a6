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
