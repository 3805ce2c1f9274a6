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

# debian_packages DIR NAME...: unpacks Debian packages and all they depend on into DIR, without installing them. On a machine without
# apt they are fetched from within the debian image.
debian_packages() {
  local dir=$1 archives=$WORK/archives state=$WORK/apt package; shift
  mkdir -p "$dir" "$archives/partial"
  local get=(apt-get -qq -y "${verified[@]}" -o APT::Install-Recommends=false)
  if have apt-get; then
    # The machine's proxy applies; its sources, keys and pins do not: what an image holds is the same wherever it is built.
    mkdir -p "$state/lists/partial"
    : >"$state/status"
    debian_sources >"$state/debian.sources"
    get+=(-o Dir::State="$state" -o Dir::State::status="$state/status" -o Dir::Cache="$state" -o Dir::Cache::archives="$archives"
      -o Dir::Etc::sourcelist="$state/debian.sources" -o Dir::Etc::sourceparts=- -o Dir::Etc::trusted=/dev/null
      -o Dir::Etc::trustedparts=- -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=-)
    if ! { "${get[@]}" update && "${get[@]}" --download-only install "$@"; } >"$WORK/log" 2>&1; then
      fail "fetching $* from Debian failed: $(tail -n 5 "$WORK/log")"
    fi
  else
    local inner=$WORK/debian below
    below=$("$images/build" debian)
    mkdir -p "$inner"
    tar -C "$inner" --zstd -xpf "$below"
    rm -f "$inner/rootfs/etc/resolv.conf"
    cp -L /etc/resolv.conf "$inner/rootfs/etc/resolv.conf"
    : >"$inner/rootfs/tmp/status"
    chroot "$inner/rootfs" "${get[@]}" update
    chroot "$inner/rootfs" "${get[@]}" -o Dir::State::status=/tmp/status --download-only install "$@"
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

# install_packages NAME...: installs Debian packages in the image, without starting the services that they bring.
install_packages() { apt_inside install "$@"; }

# apt_inside COMMAND...: apt-get COMMAND in the image, with fresh lists.
apt_inside() {
  local mount
  for mount in proc sys dev; do mount --rbind "/$mount" "$ROOT/$mount" && mount --make-rslave "$ROOT/$mount"; done
  rm -f "$ROOT/etc/resolv.conf"
  cp -L /etc/resolv.conf "$ROOT/etc/resolv.conf"
  printf '#!/bin/sh\nexit 101\n' >"$ROOT/usr/sbin/policy-rc.d"
  chmod +x "$ROOT/usr/sbin/policy-rc.d"
  if ! { inside apt-get -qq "${verified[@]}" update && inside apt-get -qq -y "${verified[@]}" "$@"; } >"$WORK/log" 2>&1; then
    fail "apt-get $* failed in the image: $(tail -n 5 "$WORK/log")"
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

debian_suite=bookworm
# The same path on the machine and in the image, where apt brings it.
debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# Whatever apt's configuration of the machine allows. APT::Sandbox::User: the folder of a build is root's alone.
verified=(-o APT::Get::AllowUnauthenticated=false -o Acquire::AllowInsecureRepositories=false
  -o Acquire::AllowDowngradeToInsecureRepositories=false -o Acquire::AllowWeakRepositories=false -o Acquire::Check-Valid-Until=true
  -o Acquire::Retries=3 -o APT::Update::Error-Mode=any -o APT::Sandbox::User=root)

# debian_system PACKAGE,...: the smallest Debian with these packages and its security updates. Every package is verified: the keyring
# signs the lists, the lists name the packages' digests.
debian_system() {
  local mirror; mirror=$(debian_mirror Debian http://deb.debian.org/debian)
  debian_sources >"$WORK/debian.sources"
  # mmdebstrap takes several suites at once and needs half the time of debootstrap, but not every distribution has it.
  if have mmdebstrap; then
    # Without usr-is-merged apt takes usrmerge, and with it 50 MB of Perl.
    mmdebstrap --mode=root --variant=minbase --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr --include="usr-is-merged,$1" \
      "$debian_suite" "$ROOT" "$WORK/debian.sources" >"$WORK/log" 2>&1 ||
      fail "mmdebstrap failed: $(tail -n 5 "$WORK/log")"
  else
    debootstrap --force-check-gpg --keyring="$debian_keyring" --variant=minbase --include="$1" "$debian_suite" "$ROOT" "$mirror" \
      >"$WORK/log" 2>&1 || fail "debootstrap failed: $(tail -n 5 "$WORK/log")"
  fi
  rm -rf "$ROOT"/etc/apt/sources.list "$ROOT"/etc/apt/sources.list.d/*
  cp "$WORK/debian.sources" "$ROOT/etc/apt/sources.list.d/debian.sources"
  have mmdebstrap || apt_inside dist-upgrade
}

# debian_sources: where apt takes packages from, while an image is built and in it.
debian_sources() {
  [ -s "$debian_keyring" ] || fail "$debian_keyring is missing, and without it nothing from Debian can be verified: install debian-archive-keyring"
  cat <<SOURCES
Types: deb
URIs: $(debian_mirror Debian http://deb.debian.org/debian)
Suites: $debian_suite $debian_suite-updates
Components: main
Signed-By: $debian_keyring

Types: deb
URIs: $(debian_mirror Debian-Security http://deb.debian.org/debian-security)
Suites: $debian_suite-security
Components: main
Signed-By: $debian_keyring
SOURCES
}

# debian_mirror LABEL DEFAULT: the mirror that this machine uses for Debian's archive of that label.
debian_mirror() {
  local mirror=''
  if [ "$(. /etc/os-release; echo "$ID")" = debian ]; then
    mirror=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
      sed -n "s,^Debian|$1|\(https\?://.*[^/]\)/*\$,\1,p" | head -1 || true)
  fi
  echo "${mirror:-$2}"
}
