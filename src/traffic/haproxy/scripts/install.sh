mkdir -p $etc/versions $etc/certs $run; chmod 700 $etc
new=$etc/run.$$; cat >$new; chmod 755 $new
cmp -s $new $etc/run && rm $new || mv $new $etc/run
