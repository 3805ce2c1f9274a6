stage=/var/next; rm -rf $stage; mkdir -p $stage && tar -x -C $stage -f - || exit 73
cd $stage && rm -rf etc/cul8er-edge etc/hostname etc/hosts etc/resolv.conf
lock -x
find . -type d | while IFS= read -r dir; do mkdir -p "/$dir"; done
find . ! -type d | while IFS= read -r file; do mv -fT "$file" "/$file" || exit 73; done || exit 73
cd / && rm -rf $stage
sync -f /
