mkdir -p $run
until [ -f $etc/current/haproxy.cfg ]; do usleep 50000; done
exec haproxy -W -S $run/master.sock,mode,600 -C $etc/current -f haproxy.cfg >>$run/haproxy.log 2>&1
