cd / && for dir in bin sbin lib lib64 usr etc; do [ -e $dir ] && echo $dir; done | xargs tar -cf -
