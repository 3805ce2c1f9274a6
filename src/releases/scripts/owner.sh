identity() {
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
  pid=$1
  set -- ${stat##*) }
  [ "$1" = Z ] || echo "$pid ${20}"
}
owner() {
  { read -r owner_pid owner_start <"$1/.owner"; } 2>/dev/null || return 0
  [ "$(identity "$owner_pid")" != "$owner_pid $owner_start" ] || echo "$owner_pid"
}
owned() {
  [ -n "$(owner "$1")" ]
}
own() {
  identity $$ >"$1/.owner.$$" && mv -f "$1/.owner.$$" "$1/.owner"
}
end_leftovers() {
  for left in /proc/[0-9]*; do
    # Not grep alone: that of busybox sees nothing behind the first NUL.
    if { tr '\0' '\n' <"$left/environ"; } 2>/dev/null | grep -qxF "CUL8ER_RELEASE=$1"; then
      kill -KILL "${left#/proc/}" 2>/dev/null
    fi
  done
}
