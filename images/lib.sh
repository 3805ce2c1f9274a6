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

# debian_packages DIR NAME...: unpacks Debian packages and all they depend on into DIR, without installing them. On a machine that
# is not Debian's they are fetched from within the debian image.
debian_packages() {
  local dir=$1 archives=$WORK/archives package; shift
  mkdir -p "$dir" "$archives/partial"
  : >"$WORK/status"
  local get=(apt-get -qq -y --no-install-recommends --download-only -o APT::Sandbox::User=root)
  if [ "$(. /etc/os-release; echo "$ID")" = debian ]; then
    "${get[@]}" -o Dir::State::status="$WORK/status" -o Dir::Cache::archives="$archives" install "$@" ||
      { apt-get -qq update && "${get[@]}" -o Dir::State::status="$WORK/status" -o Dir::Cache::archives="$archives" install "$@"; }
  else
    local inner=$WORK/debian
    mkdir -p "$inner"
    tar -C "$inner" --zstd -xpf "$("$images/build" debian)"
    cp /etc/resolv.conf "$inner/rootfs/etc/resolv.conf"
    : >"$inner/rootfs/tmp/status"
    chroot "$inner/rootfs" apt-get -qq update
    chroot "$inner/rootfs" "${get[@]}" -o Dir::State::status=/tmp/status install "$@"
    mv "$inner"/rootfs/var/cache/apt/archives/*.deb "$archives/"
  fi
  for package in "$archives"/*.deb; do unpack_deb "$package" "$dir"; done
}

# Works where there is no dpkg.
unpack_deb() {
  if have dpkg-deb; then dpkg-deb -x "$1" "$2"; return; fi
  (cd "$WORK" && rm -f data.tar.* && ar x "$1" && tar -C "$2" --keep-directory-symlink -xpf data.tar.*)
}

# take_programs DIR PATH...: copies programs and every library they load from DIR into the image.
take_programs() {
  local dir=$1 loader program library; shift
  loader=$(cd "$dir" && find lib* -maxdepth 1 -name 'ld-linux*.so.*' | head -1)
  take_file "$dir" "/$loader"
  for program in "$@"; do
    take_file "$dir" "$program"
    for library in $(chroot "$dir" "/$loader" --list "$program" | awk '$2 == "=>" {print $3; next} $1 ~ /^\// {print $1}'); do
      take_file "$dir" "$library"
    done
  done
}

take_file() {
  [ -e "$ROOT$2" ] && [ ! -L "$ROOT$2" ] && return
  mkdir -p "$ROOT$(dirname "$2")"
  cp -L --remove-destination "$1$2" "$ROOT$2"
}

# install_packages NAME...: apt-get install inside the image, without starting the services that the packages bring.
install_packages() {
  local mount
  for mount in proc sys dev; do mount --rbind "/$mount" "$ROOT/$mount" && mount --make-rslave "$ROOT/$mount"; done
  rm -f "$ROOT/etc/resolv.conf"
  cp -L /etc/resolv.conf "$ROOT/etc/resolv.conf"
  printf '#!/bin/sh\nexit 101\n' >"$ROOT/usr/sbin/policy-rc.d"
  chmod +x "$ROOT/usr/sbin/policy-rc.d"
  if ! { inside apt-get -qq update && inside apt-get -qq -y install "$@"; } >"$WORK/log" 2>&1; then
    fail "installing $* failed: $(tail -n 5 "$WORK/log")"
  fi
  rm "$ROOT/usr/sbin/policy-rc.d"
  ln -sf /run/systemd/resolve/resolv.conf "$ROOT/etc/resolv.conf"
  for mount in proc sys dev; do umount -l "$ROOT/$mount"; done
  slim
}

# inside COMMAND...: runs it with the image as its root.
inside() {
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive chroot "$ROOT" "$@"
}

# What every instance would carry and none reads; machine-id empty so that each gets its own.
slim() {
  rm -rf "$ROOT"/var/cache/apt/*.bin "$ROOT"/var/cache/apt/archives/*.deb "$ROOT"/var/lib/apt/lists/* "$ROOT"/var/log/*.log
  rm -rf "$ROOT"/usr/share/{doc,man,locale,info}/*
  : >"$ROOT/etc/machine-id"
}

# The machine's own mirror where it runs Debian.
debian_mirror() {
  local mirror=''
  if [ "$(. /etc/os-release; echo "$ID")" = debian ]; then
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -v security | head -1 || true)
  fi
  echo "${mirror:-http://deb.debian.org/debian}"
}
