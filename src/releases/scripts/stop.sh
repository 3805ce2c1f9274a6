[ -x "$home/run" ] || exit 0
find_init
stop_service "$2"
