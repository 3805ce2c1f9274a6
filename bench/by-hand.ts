import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import type { Bench } from './bench.js'

export interface ByHand {
  /** Whose programs are taken. */
  instance: string
  port: number
  servers: readonly string[]
  /** Sends a request again whose kept connection the app closed meanwhile, as the edge does. */
  retry?: boolean
}

/** The edge's own HAProxy, on the host itself, as a person would set it up by hand before apps. */
export async function haproxyByHand(
  bench: Bench,
  { instance, port, servers, retry = false }: ByHand,
): Promise<{ close(): void }> {
  const root = join(bench.folder, `by-hand-${port}`)
  await mkdir(join(root, 'run'), { recursive: true })
  const programs = 'cd / && for dir in bin sbin lib lib64 usr; do [ -e $dir ] && echo $dir; done | xargs tar -cf -'
  const { stdout } = await execa('incus', ['exec', instance, '--', 'sh', '-c', programs], {
    stdin: 'ignore',
    encoding: 'buffer',
  })
  await execa('tar', ['-x', '-C', root, '-f', '-'], { input: stdout })
  await writeFile(join(root, 'run', 'cfg'), configuration(port, servers, retry))
  const running = execa('chroot', [root, '/usr/sbin/haproxy', '-db', '-f', '/run/cfg'], {
    stdio: 'ignore',
    reject: false,
  })
  await sleep(1_000)
  if (running.exitCode !== null) throw new Error(`HAProxy by hand ended with ${running.exitCode}`)
  return { close: () => void running.kill() }
}

const configuration = (port: number, servers: readonly string[], retry: boolean): string => `defaults
  mode http
  timeout client 1m
  timeout server 1m
  timeout connect 1s
frontend public
  bind :${port}
  http-request set-header X-Forwarded-For %[src]
  default_backend app
backend app
${retry ? '  retry-on conn-failure empty-response\n' : ''}${servers.map((server, i) => `  server app-${i + 1} ${server} check\n`).join('')}`
