import { ScriptExit } from '../verbs.js'
import { configureSteps } from './configure.js'
import { prelude, service } from './prelude.js'

/** Versions kept in an instance, the current one among them, so that going back needs no upload. */
export const KEPT_VERSIONS = 3

/** Configures, verifies, unpacks and switches to a version; a version in place with the same digest is only switched to. */
export const installScript = `${prelude}${service}${configureSteps}
version=$2
sha256=$3
stop_seconds=$4
program=$5
target=$home/$version
rm -rf "$home"/.unpack*
if [ "$(cat "$target/.cul8er-sha256" 2>/dev/null)" != "$sha256" ]; then
  tarball=$home/.unpack.tar.gz
  cat >"$tarball" || fail 1 "cannot write $tarball"
  [ -s "$tarball" ] || fail ${ScriptExit.tarballNeeded} "$version is not in place, and no tarball came"
  found=$(sha256sum <"$tarball")
  found=\${found%% *}
  [ "$found" = "$sha256" ] || fail ${ScriptExit.digestDiffers} "sha256 is $found, expected $sha256"
  mkdir "$home/.unpack" || exit 1
  tar -xzof "$tarball" -C "$home/.unpack" || fail ${ScriptExit.cannotUnpack} 'tar cannot unpack it'
  rm -f "$tarball"
  [ -z "$program" ] || [ -x "$home/.unpack/$program" ] || fail ${ScriptExit.noProgram} "$program is missing or not executable"
  chmod 755 "$home/.unpack"
  if id app >/dev/null 2>&1; then chown -R app "$home/.unpack" || exit 1; fi
  echo "$sha256" >"$home/.unpack/.cul8er-sha256" || exit 1
  [ ! -e "$target" ] || mv "$target" "$home/.unpack.old" || exit 1
  mv "$home/.unpack" "$target" || exit 1
else
  # Sent all the same, by a try that had not heard of the one before it.
  cat >/dev/null
fi
# A number and no time: two versions may come within a second.
order=0
for file in "$home"/*/.cul8er-order; do
  [ -f "$file" ] || continue
  read -r number <"$file"
  [ "$number" -gt "$order" ] 2>/dev/null && order=$number
done
echo $((order + 1)) >"$target/.cul8er-order"
rm -f "$home/.current.new"
ln -s "$version" "$home/.current.new" || exit 1
mv -fT "$home/.current.new" "$home/current" 2>/dev/null || ln -sfn "$version" "$home/current" || exit 1
[ -n "$init" ] || find_init
start_service "$stop_seconds"
rm -rf "$home"/.unpack* "$home/.current.new"
kept=0
versions() {
  for file in "$home"/*/.cul8er-sha256; do
    old=\${file%/*}
    [ -f "$file" ] && [ ! -L "$old" ] || continue
    echo "$(cat "$old/.cul8er-order" 2>/dev/null || echo 0) \${old##*/}"
  done
}
for old in $(versions | sort -rn | cut -d' ' -f2); do
  kept=$((kept + 1))
  [ "$kept" -le ${KEPT_VERSIONS} ] || [ "$old" = "$version" ] || rm -rf "\${home:?}/$old"
done
`
