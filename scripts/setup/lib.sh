# What the set-up scripts share. Sourced, not run.

cache="${XDG_CACHE_HOME:-$HOME/.cache}/cul8er"
# This machine and its default project, whatever remote and project somebody has switched to.
export INCUS_REMOTE=local INCUS_PROJECT=default

# Progress goes to standard error: standard output carries answers, such as the path of a binary.
say() { echo "cul8er: $*" >&2; }
fail() { echo "cul8er: $*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Where programs may be that a user's PATH does not name: administration, Go as it is installed by hand and by Debian, and Debian's
# PostgreSQL. To be called again where such a program has been installed since.
widen_path() {
  local folder
  for folder in /usr/sbin /sbin /usr/local/go/bin /usr/lib/go-1.*/bin /usr/lib/postgresql/*/bin; do
    case :$PATH: in *":$folder:"*) ;; *) if [ -d "$folder" ]; then PATH=$PATH:$folder; fi ;; esac
  done
}
widen_path

# need_root SCRIPT [ARG...]: where root is needed and missing, the one command to run.
need_root() {
  if [ "$(id -u)" = 0 ]; then return; fi
  local script; script=$(realpath "$1"); shift
  fail "this needs root once. Run: ${CUL8ER_ROOT_COMMAND:-sudo $script${*:+ $*}}"
}

# package_manager: apt, pacman, or none.
package_manager() {
  if have apt-get; then echo apt; elif have pacman; then echo pacman; else echo none; fi
}

# build_go MODULE OUT PACKAGE...: builds programs of a module of tools/ into the folder OUT, with caches of their own: they take
# gigabytes and serve nothing afterwards.
build_go() {
  local module=$1 out=$2; shift 2
  (cd "$module" && GOMODCACHE=$scratch/mod GOCACHE=$scratch/cache GOFLAGS=-mod=readonly GOTOOLCHAIN=auto \
    go build -trimpath -ldflags '-s -w' -o "$out" "$@") >&2
}

scratch=
# Go makes its module cache read-only.
drop_scratch() { [ -z "$scratch" ] || { chmod -R u+w "$scratch" && rm -rf "$scratch"; }; }
# new_scratch: sets scratch to an empty folder that goes with the script.
new_scratch() {
  drop_scratch
  trap drop_scratch EXIT
  scratch=$(mktemp -d "$cache/bin/.scratch.XXXXXX")
}
