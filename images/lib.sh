# What recipes share. Sourced by images/build; $ROOT is the root file system being made, $WORK a scratch folder.

# busybox_root DIR: folders and an applet link for each command of the static busybox.
busybox_root() {
  local applet
  mkdir -p "$1"/{bin,sbin,usr/bin,usr/sbin,etc,dev,proc,sys,run,root,opt,srv,mnt,usr/share,var/log,var/lib,tmp}
  chmod 1777 "$1/tmp"
  ln -sfn ../run "$1/var/run"
  cp "$(static_busybox)" "$1/bin/busybox"
  for applet in $("$1/bin/busybox" --list); do
    [ -e "$1/bin/$applet" ] || ln -s /bin/busybox "$1/bin/$applet"
  done
  ln -sf /bin/busybox "$1/sbin/init"
}

static_busybox() {
  local path
  for path in "${BUSYBOX:-}" /usr/bin/busybox /bin/busybox "$(command -v busybox)"; do
    if [ -x "$path" ] && ! ldd "$path" >/dev/null 2>&1; then echo "$path"; return; fi
  done
  fail 'no static busybox found: install busybox-static, or set BUSYBOX to one'
}
