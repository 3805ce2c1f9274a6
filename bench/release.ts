import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'

export const APP_PORT = 4000

/** Serves its version on the port with what the image has: HAProxy, which keeps connections alive, busybox, or perl. */
const PROGRAM = `#!/bin/sh
dir=$(cd "$(dirname "$0")/.." && pwd -P)
{ echo $$ >/run/bench.pid; } 2>/dev/null
if command -v haproxy >/dev/null; then exec haproxy -q -db -f "$dir/haproxy.cfg"; fi
if command -v busybox >/dev/null; then exec busybox httpd -f -p ${APP_PORT} -h "$dir/www"; fi
exec perl "$dir/server.pl" "$dir/www/index.html"
`

const haproxy = (version: string): string => `defaults
  mode http
  timeout client 1m
  timeout server 1m
  timeout connect 1s
frontend app
  bind :${APP_PORT}
  http-request return status 200 content-type text/plain string "${version}\\n"
`

const PERL = `use strict;
use IO::Socket::INET;
open(my $file, '<', $ARGV[0]) or die $!;
my $body = join('', <$file>);
my $server = IO::Socket::INET->new(LocalPort => ${APP_PORT}, Listen => 64, ReuseAddr => 1) or die $!;
while (my $client = $server->accept) {
  while (my $line = <$client>) { last if $line =~ /^\\r?\\n$/ }
  print $client "HTTP/1.0 200 OK\\r\\nContent-Length: " . length($body) . "\\r\\n\\r\\n" . $body;
  close $client;
}
`

/** Puts `bench-<version>.tar.gz` into a folder; gives its path. */
export async function makeRelease(folder: string, version: string): Promise<string> {
  const archive = pack()
  archive.entry({ name: 'bin/bench', mode: 0o755 }, PROGRAM)
  archive.entry({ name: 'www/index.html' }, `${version}\n`)
  archive.entry({ name: 'haproxy.cfg' }, haproxy(version))
  archive.entry({ name: 'server.pl' }, PERL)
  archive.finalize()
  const path = join(folder, `bench-${version}.tar.gz`)
  await writeFile(path, gzipSync(await buffer(archive)))
  return path
}
