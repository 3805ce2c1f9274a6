[ -e "$home/current" ] || fail $exit_nothing_installed "$name is not installed"
find_init
start_service "$2"
