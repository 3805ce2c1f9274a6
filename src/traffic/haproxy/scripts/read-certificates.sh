for name in "$@"; do cat "$etc/certs/$name.pem" 2>/dev/null; done
echo; echo %end
