import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tarGz } from '../../support/tarballs.js'

/** `broken` never gets healthy; `turns` is healthy for 3 s and answers 500 from then on. All fail /health after /sicken, until they are restarted. */
export type AppKind = 'good' | 'broken' | 'turns'

/**
 * A small real app as a release: it says its version, gives a POST back, and takes 3 s for /slow, at port 4000 and at 4001. HAProxy is the app (image
 * cul8er/edge has it): it keeps connections alive and needs little of a small machine.
 */
export async function writeRelease(
  folder: string,
  version: string,
  kind: AppKind = 'good',
  ballast?: Uint8Array,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const files = { 'bin/app': program(version, kind), ...(ballast === undefined ? {} : { ballast }) }
  await writeFile(join(folder, `app-${version}.tar.gz`), await tarGz(files))
}

const program = (version: string, kind: AppKind): string => `#!/bin/sh
if [ ${kind} = broken ]; then echo 'cannot find my database' >&2; sleep 1; exit 1; fi
mkdir -p /run/app
bad=
if [ ${kind} = turns ]; then bad="http-request return status 500 if { date(-$(($(date +%s) + 3))) -m int ge 0 }"; fi
cat >/run/app/cfg <<END
defaults
  mode http
  timeout client 1m
  timeout server 1m
  timeout connect 1s
  timeout http-keep-alive 5s
frontend app
  bind :4000
  bind :4001
  option http-buffer-request
  timeout tarpit 3s
  http-after-response set-header x-server $(hostname)
  http-after-response set-header x-version ${version}
  $bad
  http-request set-var(proc.sick) int(1) if { path /sicken }
  http-request return status 500 if { path /health } { var(proc.sick) -m int eq 1 }
  http-request tarpit deny_status 200 if { path /slow }
  http-request return status 200 content-type text/plain lf-string "%[req.body]" if METH_POST
  http-request return status 200 content-type text/plain lf-string "version ${version}"
END
exec haproxy -q -db -f /run/app/cfg
`
