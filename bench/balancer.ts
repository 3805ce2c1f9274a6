import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { incus, type Bench } from './bench.js'
import { APP_PORT } from './release.js'

/** A HAProxy for the script's side: what a person would set up by hand before instances. */
export async function balancer(bench: Bench, name: string, instances: readonly string[]): Promise<string> {
  const servers = await Promise.all(instances.map(async (server) => `  server ${server} ${await addressOf(server)}`))
  const file = join(bench.folder, 'balancer')
  await writeFile(file, program(servers))
  await incus('launch', 'cul8er/edge', name)
  // Put there under its name at a stroke: the image starts it as soon as it is there.
  await incus('file', 'push', '--create-dirs', '--mode', '0755', file, `${name}/etc/cul8er-edge/run.new`)
  await incus('exec', name, '--', 'mv', '/etc/cul8er-edge/run.new', '/etc/cul8er-edge/run')
  return name
}

const program = (servers: string[]): string => `#!/bin/sh
mkdir -p /run/bench
cat >/run/bench/cfg <<'EOF'
global
  stats socket /run/bench/haproxy.sock mode 600 level admin
defaults
  mode http
  timeout client 1m
  timeout server 1m
  timeout connect 1s
frontend public
  bind :8080
  default_backend app
backend app
${servers.map((server) => `${server}:${APP_PORT}`).join('\n')}
EOF
exec haproxy -W -f /run/bench/cfg
`

async function addressOf(instance: string): Promise<string> {
  const found = /[\d.]+/.exec(await incus('list', `^${instance}$`, '-f', 'csv', '-c', '4'))?.[0]
  if (found === undefined) throw new Error(`${instance} has no address`)
  return found
}
