lock -s
echo "%version $(version)"
topologies
echo %answer
ask "$1"
exit 0
