echo "%clock $(date +%s)"
ask 'show events requests' | tail -n "$1"
echo %end
exit 0
