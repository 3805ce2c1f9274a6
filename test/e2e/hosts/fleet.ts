import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LabHost } from '../../support/lab/host.js'
import type { Lab } from '../../support/lab/lab.js'
import { tarGz } from '../../support/tarballs.js'
import type { Home } from '../service/home.js'

export const PORT = 8080

/** A topology with a replica on each host of a lab, as a file in a home. */
export interface Declared {
  name: string
  lab: Lab
  strategy?: Record<string, unknown>
  web?: Record<string, unknown>
  /** Further keys of each host. */
  host?: Record<string, unknown>
  /** Further keys of the topology. */
  top?: Record<string, unknown>
}

/** Writes the topology. @returns the words that name it on a command line */
export async function declare(
  home: Home,
  { name, lab, strategy = {}, web = {}, host = {}, top = {} }: Declared,
): Promise<string[]> {
  const file = join(home.folder, `${name}.json`)
  const hosts = Object.fromEntries(
    lab.hosts.map(({ name, user, address, key }) => [
      name,
      { address: `${user}@${address}`, platform: 'debian', credentials: { ssh: { key } }, ...host },
    ]),
  )
  const resources = {
    web: {
      type: 'container',
      on: lab.hosts.map((host) => host.name),
      replicas: lab.hosts.length,
      image: 'cul8er/tiny',
      network: { expose: [{ port: 4000, as: PORT, protocol: 'http' }] },
      deploy: { release: 'app', version: '1.0.0' },
      ...web,
    },
  }
  const healthcheck = {
    endpoint: 'http://localhost:4000/health',
    interval: '100ms',
    timeout: '2s',
    retries: 2,
    minHealthyTime: '300ms',
    deadline: '15s',
  }
  await writeFile(file, JSON.stringify({ name, hosts, resources, strategy: { healthcheck, ...strategy }, ...top }))
  return ['-f', file]
}

/** An app that says its version. */
export async function writeRelease(home: Home, version: string): Promise<void> {
  const folder = join(home.folder, 'releases')
  await mkdir(folder, { recursive: true })
  const files = { 'bin/app': PROGRAM, 'www/index.html': version, 'www/health': 'fine' }
  await writeFile(join(folder, `app-${version}.tar.gz`), await tarGz(files))
}

const PROGRAM = `#!/bin/sh
exec httpd -f -p 4000 -h "$(dirname "$0")/../www"
`

/** Names of the instances on a host. */
export const instancesOf = async (host: LabHost): Promise<string[]> =>
  (await host.incus('list', '--format', 'csv', '--columns', 'n')).split('\n').filter((name) => name !== '')

export const urlOf = (host: LabHost): string => `http://${host.address}:${PORT}`
