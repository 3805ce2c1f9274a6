import * as z from 'zod'
import { parseJson } from './parse.js'

/** @throws Cul8erError INCUS */
export function parsePoolResources(text: string): { totalBytes: number; usedBytes: number } {
  const { space } = parseJson('incus query …/resources', poolResources, text)
  return { totalBytes: space.total, usedBytes: space.used }
}

const poolResources = z.object({ space: z.object({ total: z.number(), used: z.number() }) })

/** @throws Cul8erError INCUS */
export function parseHostResources(text: string): { cpus: number; memoryBytes: number; usedMemoryBytes: number } {
  const { cpu, memory } = parseJson('incus query /1.0/resources', hostResources, text)
  return { cpus: cpu.total, memoryBytes: memory.total, usedMemoryBytes: memory.used }
}

const hostResources = z.object({
  cpu: z.object({ total: z.number() }),
  memory: z.object({ total: z.number(), used: z.number() }),
})

const named = z.object({ name: z.string(), config: z.record(z.string(), z.string()).default({}) })

const pool = named.extend({ driver: z.string(), status: z.string().default('') })
const network = named.extend({ type: z.string(), managed: z.boolean() })

export type IncusPool = z.infer<typeof pool>
export type IncusNetwork = z.infer<typeof network>

/** @throws Cul8erError INCUS */
export const parsePools = (text: string): IncusPool[] => parseJson('incus storage list', z.array(pool), text)

/** @throws Cul8erError INCUS */
export const parseNetworks = (text: string): IncusNetwork[] => parseJson('incus network list', z.array(network), text)

/** IPv4 addresses of one network interface of the host. @throws Cul8erError INCUS */
export const parseNetworkAddresses = (text: string): string[] =>
  (parseJson('incus query …/state', networkState, text).addresses ?? [])
    .filter(({ family, scope }) => family === 'inet' && scope === 'global')
    .map(({ address }) => address)

const networkState = z.object({
  addresses: z.array(z.object({ family: z.string(), address: z.string(), scope: z.string() })).nullish(),
})

export interface IncusWarning {
  type: string
  /** Path of what it is about; '' when that is the host. */
  entity: string
  status: string
}

/** @throws Cul8erError INCUS */
export const parseWarnings = (text: string): IncusWarning[] =>
  (parseJson('incus query /1.0/warnings', z.array(warning).nullable(), text) ?? []).map(
    ({ type, entity_url, status }) => ({ type, entity: entity_url, status }),
  )

const warning = z.object({ type: z.string(), entity_url: z.string().default(''), status: z.string() })
