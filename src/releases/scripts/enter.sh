PATH=$cul8er_root_path
cul8er_home=/opt/$cul8er_release
[ "$CUL8ER_CLEAN" = 1 ] || exec env -i CUL8ER_CLEAN=1 HOME=/root LANG=C.UTF-8 PATH="$PATH" "$cul8er_home/run" "$@"
if [ "$1" = enter ]; then
  shift
  cul8er_environment=$(cat <&3)
  exec 3<&-
  PATH=$cul8er_app_path
  for cul8er_name in $CUL8ER_SECRETS; do
    eval "export $cul8er_name=\"\$CUL8ER_SECRET_$cul8er_name\""
    unset "CUL8ER_SECRET_$cul8er_name"
  done
  unset CUL8ER_CLEAN CUL8ER_SECRETS
  set -a
  eval "$cul8er_environment"
  set +a
  exec "$@"
fi
