PATH=$root_path
export PATH
kind=$1
port=$2
path=$3
seconds=$4
if [ "$kind" = tcp ]; then
  listening="^ *[0-9]*: [0-9A-F]*:$(printf %04X "$port") [0-9A-F]*:0000 0A "
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -q "$listening"
  exit
fi
url=$kind://127.0.0.1:$port$path
if command -v curl >/dev/null 2>&1; then
  # Without -g curl takes brackets in a path for a range, and asks as many times.
  exec curl -gks -o /dev/null -w '%{http_code}' --max-time "$seconds" "$url"
fi
if [ "$kind" = http ] && command -v nc >/dev/null 2>&1; then
  request="GET $path HTTP/1.0\\r\\nHost: localhost:$port\\r\\n\\r\\n"
  reply=$(printf '%b' "$request" | nc -w "$seconds" 127.0.0.1 "$port" 2>&1 | head -n 1)
else
  command -v wget >/dev/null 2>&1 || exit $exit_no_probe_program
  reply=$(wget -S -O /dev/null -T "$seconds" "$url" 2>&1)
fi
code=$(printf '%s\n' "$reply" | awk '$1 ~ /^HTTP\// { print $2; exit }')
[ -n "$code" ] || exit 1
printf %s "$code"
