PATH=$root_path
export PATH
name=$1
home=/opt/$name
fail() {
  code=$1
  shift
  echo "$*" >&2
  exit "$code"
}
nap() {
  sleep 0.02 2>/dev/null || sleep 1
}
init_kind() {
  case $(readlink /proc/1/exe) in
  */systemd*) echo systemd ;;
  */openrc-init*) echo openrc ;;
  */init*) [ ! -x /sbin/openrc-run ] || echo openrc ;;
  */busybox*) if [ -x /sbin/openrc-run ]; then echo openrc; else echo busybox; fi ;;
  esac
}
find_init() {
  tries=0
  init=$(init_kind)
  while [ -z "$init" ] && [ "$tries" -lt 150 ]; do
    nap
    tries=$((tries + 1))
    init=$(init_kind)
  done
  [ -n "$init" ] || fail $exit_no_init "no systemd, OpenRC or busybox init: process 1 is $(readlink /proc/1/exe)"
}
