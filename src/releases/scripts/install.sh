version=$2
sha256=$3
stop_seconds=$4
program=$5
target=$home/$version
markers=/etc/cul8er/releases/$name
marker=$markers/$version
files_of() {
  (cd "$1" && TZ=UTC0 find . ! -type d -exec stat -c '%z %i %f %u %g %s %n' {} +)
}
in_place() {
  [ "$(cat "$marker/sha256" 2>/dev/null)" = "$sha256" ] && [ -d "$target" ] && [ ! -L "$target" ] || return 1
  files_of "$target" |
    awk 'NR == FNR { wanted[$0]; next } { delete wanted[$0] } END { for (left in wanted) exit 1 }' "$marker/files" -
}
rm -rf "$home"/.unpack*
if ! in_place; then
  tarball=$home/.unpack.tar.gz
  (umask 077 && cat >"$tarball") || fail 1 "cannot write $tarball"
  [ -s "$tarball" ] || fail $exit_tarball_needed "$version is not in place, and no tarball came"
  found=$(sha256sum <"$tarball")
  found=${found%% *}
  [ "$found" = "$sha256" ] || fail $exit_digest_differs "sha256 is $found, expected $sha256"
  # Closed until it has its owner and rights: nobody shall run what comes with a setuid bit.
  mkdir -m 700 "$home/.unpack" || exit 1
  tar -xzof "$tarball" -C "$home/.unpack" || fail $exit_cannot_unpack 'tar cannot unpack it'
  rm -f "$tarball"
  [ -z "$program" ] || [ -x "$home/.unpack/$program" ] || fail $exit_no_program "$program is missing or not executable"
  group=$(id -g app 2>/dev/null) || group=0
  chown -Rh "0:$group" "$home/.unpack" && chmod -R u-s,g=u,go-w,g-s "$home/.unpack" && chmod 755 "$home/.unpack" || exit 1
  (umask 077 && rm -rf "$markers/.new" && mkdir -p "$markers/.new" && echo "$sha256" >"$markers/.new/sha256" &&
    files_of "$home/.unpack" >"$markers/.new/files") || exit 1
  rm -rf "$marker" || exit 1
  { [ ! -e "$target" ] && [ ! -L "$target" ]; } || mv "$target" "$home/.unpack.old" || exit 1
  mv "$home/.unpack" "$target" && mv "$markers/.new" "$marker" || exit 1
else
  # Sent all the same, by a try that had not heard of the one before it.
  cat >/dev/null
fi
# A number and no time: two versions may come within a second.
order=0
for file in "$markers"/*/order; do
  [ -f "$file" ] || continue
  read -r number <"$file"
  [ "$number" -gt "$order" ] 2>/dev/null && order=$number
done
echo $((order + 1)) >"$marker/order"
rm -f "$home/.current.new"
ln -s "$version" "$home/.current.new" || exit 1
mv -fT "$home/.current.new" "$home/current" 2>/dev/null || ln -sfn "$version" "$home/current" || exit 1
[ -n "$init" ] || find_init
start_service "$stop_seconds"
rm -rf "$home"/.unpack* "$home/.current.new"
kept=0
versions() {
  for old in "$markers"/*; do
    echo "$(cat "$old/order" 2>/dev/null || echo 0) ${old##*/}"
  done
}
for old in $(versions | sort -rn | cut -d' ' -f2); do
  kept=$((kept + 1))
  [ "$kept" -le $kept_versions ] || [ "$old" = "$version" ] || rm -rf "${markers:?}/$old" "${home:?}/$old"
done
