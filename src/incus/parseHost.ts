import { z } from 'zod'
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

const project = named.transform(({ name, config }) => ({ name, config }))
const pool = named.extend({ driver: z.string(), status: z.string().default('') })
const network = named.extend({ type: z.string(), managed: z.boolean() })

export type IncusProject = z.infer<typeof project>
export type IncusPool = z.infer<typeof pool>
export type IncusNetwork = z.infer<typeof network>

/** @throws Cul8erError INCUS */
export const parseProjects = (text: string): IncusProject[] => parseJson('incus project list', z.array(project), text)

/** @throws Cul8erError INCUS */
export const parsePools = (text: string): IncusPool[] => parseJson('incus storage list', z.array(pool), text)

/** @throws Cul8erError INCUS */
export const parseNetworks = (text: string): IncusNetwork[] => parseJson('incus network list', z.array(network), text)
