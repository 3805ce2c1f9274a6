umask 077
secrets=/etc/cul8er/secrets
stage=/etc/cul8er/.stage
rm -rf "$stage" && mkdir -p "$stage/secrets" "$secrets" || exit 1
chmod 755 /etc/cul8er
init=
whole=
while read -r kind key data; do
  case $kind in
  env) file=$stage/env ;;
  secret) file=$stage/secrets/$key ;;
  run) file=$stage/run ;;
  unit)
    [ -n "$init" ] || find_init
    [ "$key" = "$init" ] || continue
    file=$stage/unit
    ;;
  end)
    whole=1
    break
    ;;
  *) continue ;;
  esac
  printf %s "$data" | base64 -d >"$file" || exit 1
done
[ -n "$whole" ] || fail $exit_configuration_cut 'the configuration ended early'
chmod 400 "$stage/env" && mv -f "$stage/env" "/etc/cul8er/$name.env" || exit 1
for file in "$secrets"/*; do
  [ -e "$stage/secrets/${file##*/}" ] || rm -f "$file"
done
for file in "$stage"/secrets/*; do
  [ ! -f "$file" ] || { chmod 400 "$file" && mv -f "$file" "$secrets/"; } || exit 1
done
if [ -f "$stage/run" ]; then
  mkdir -p "$home" || exit 1
  if [ ! -O "$home" ]; then
    chown 0:0 "$home" && chmod 755 "$home" || exit 1
    rm -rf "$home"/.owner* "$home"/.current* "$home/.hold" "$home/.reload" "$home/current" "$home/run" || exit 1
  fi
  chmod 755 "$home" "$stage/run" && mv -f "$stage/run" "$home/run" || exit 1
fi
case $init in
systemd) unit_file=/etc/systemd/system/cul8er-$name.service mode=644 ;;
openrc) unit_file=/etc/init.d/cul8er-$name mode=755 ;;
*) unit_file= ;;
esac
if [ -n "$unit_file" ] && [ "$(cat "$unit_file" 2>/dev/null)" != "$(cat "$stage/unit")" ]; then
  [ ! -f "$unit_file" ] || : >"$home/.reload"
  chmod "$mode" "$stage/unit" && mv -f "$stage/unit" "$unit_file" || exit 1
fi
rm -rf "$stage"
umask 022
