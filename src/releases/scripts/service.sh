unit=cul8er-$name
manage_systemd() {
  tries=0
  # systemctl speaks with root over this socket. To look for it costs nothing; to start systemctl in vain holds up the boot.
  until [ -S /run/systemd/private ] || [ "$tries" -ge 1500 ]; do
    nap
    tries=$((tries + 1))
  done
  until reply=$(systemctl "$@" 2>&1); do
    case $reply in
    *'not been booted'* | *'Failed to connect'* | *'Failed to get D-Bus'* | *'Connection reset'* | *'end of stream'*) nap ;;
    *) fail $exit_start_refused "systemctl $*: $reply" ;;
    esac
    tries=$((tries + 1))
    [ "$tries" -lt 1500 ] || fail $exit_init_not_ready "systemd does not answer: $reply"
  done
}
manage_openrc() {
  tries=0
  until [ -e /run/openrc/softlevel ]; do
    nap
    tries=$((tries + 1))
    [ "$tries" -lt 1500 ] || fail $exit_init_not_ready 'OpenRC has not booted yet'
  done
  reply=$("$@" 2>&1) || fail $exit_start_refused "$*: $reply"
}
await_end() {
  tries=0
  while [ -n "$(identity "$1")" ] && [ "$tries" -lt $(($2 * 50)) ]; do
    nap
    tries=$((tries + 1))
  done
  [ -z "$(identity "$1")" ]
}
# As systemd's KillMode=mixed does: the program is asked, what it leaves behind is not.
end_program() {
  program=$(owner "$home")
  own "$home"
  [ -z "$program" ] || ask_to_end "$program" "$1"
  end_leftovers "$name"
}
ask_to_end() {
  "$home/run" stop >/dev/null 2>&1 </dev/null &
  asked=$!
  await_end "$asked" "$2" || kill -KILL "$asked" 2>/dev/null
  kill -TERM "$1" 2>/dev/null
  await_end "$1" "$2" || kill -KILL "$1" 2>/dev/null
}
start_service() {
  case $init in
  systemd)
    wants=/etc/systemd/system/multi-user.target.wants
    mkdir -p "$wants" && ln -sf "../$unit.service" "$wants/$unit.service"
    if [ -e "$home/.reload" ]; then manage_systemd daemon-reload && rm -f "$home/.reload"; fi
    manage_systemd restart "$unit.service"
    ;;
  openrc)
    manage_openrc rc-update add "$unit" default
    manage_openrc rc-service --ifstarted "$unit" stop
    end_leftovers "$name"
    manage_openrc rc-service "$unit" start
    ;;
  busybox)
    end_program "$1"
    rm -f "$home/.hold"
    own "$home"
    setsid "$home/run" direct </dev/null >/dev/null 2>&1 &
    entry="::respawn:$home/run respawn"
    if ! grep -qxF "$entry" /etc/inittab 2>/dev/null; then
      echo "$entry" >>/etc/inittab
      kill -HUP 1
    fi
    tries=0
    while [ "$(owner "$home")" = "$$" ] && [ "$tries" -lt 100 ]; do
      nap
      tries=$((tries + 1))
    done
    ;;
  esac
}
stop_service() {
  case $init in
  systemd)
    rm -f "/etc/systemd/system/multi-user.target.wants/$unit.service"
    manage_systemd stop "$unit.service"
    ;;
  openrc)
    manage_openrc rc-update del "$unit" default
    manage_openrc rc-service --ifstarted "$unit" stop
    end_leftovers "$name"
    ;;
  busybox)
    : >"$home/.hold"
    end_program "$1"
    ;;
  esac
}
