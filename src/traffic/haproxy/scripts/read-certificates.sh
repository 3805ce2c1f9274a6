for name in "$@"; do cat "$etc/certs/$name.pem" || exit 1; done
