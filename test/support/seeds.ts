import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Topology } from '../../src/topology/model.js'

const FOLDER = fileURLToPath(new URL('../../examples/seeds', import.meta.url))

/** The examples that cul8er began with, a file each. */
export const seeds = (): { name: string; file: string }[] =>
  readdirSync(FOLDER)
    .filter((file) => /\.config\.(ts|yaml)$/.test(file))
    .map((file) => ({ name: file.replace(/\.config\.(ts|yaml)$/, ''), file: join(FOLDER, file) }))

/** The same on one host in memory, under a name of its own and with quick checks. */
export function onOneHost(topology: Topology, name: string): Topology {
  const here = { address: 'localhost', platform: 'emulated', kind: 'emulated', credentials: null } as const
  const resources = Object.entries(topology.resources).map(
    ([key, resource]): [string, Topology['resources'][string]] => [
      key,
      {
        ...resource,
        on: ['here'],
        healthcheck: resource.healthcheck && { ...resource.healthcheck, intervalMs: 50, minHealthyMs: 100 },
      },
    ],
  )
  return { ...topology, name, hosts: { here }, resources: Object.fromEntries(resources) }
}
