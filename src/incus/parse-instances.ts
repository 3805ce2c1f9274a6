import * as z from 'zod'
import { parseJson } from './parse.js'

const strings = z.record(z.string(), z.string())

const snapshot = z.object({
  name: z.string(),
  created_at: z.string(),
  profiles: z.array(z.string()).nullish(),
  config: strings.nullish(),
  devices: z.record(z.string(), strings).nullish(),
})

const address = z.object({ family: z.string(), address: z.string(), scope: z.string() })

const instance = z.object({
  name: z.string(),
  type: z.enum(['container', 'virtual-machine']),
  status: z.string(),
  project: z.string().default('default'),
  location: z.string().default('none'),
  created_at: z.string(),
  last_used_at: z.string().nullish(),
  profiles: z.array(z.string()).nullish(),
  config: strings.nullish(),
  devices: z.record(z.string(), strings).nullish(),
  expanded_devices: z.record(z.string(), strings).nullish(),
  snapshots: z.array(snapshot).nullish(),
  state: z
    .object({
      pid: z.number().nullish(),
      memory: z.object({ usage: z.number() }).nullish(),
      cpu: z.object({ usage: z.number() }).nullish(),
      network: z.record(z.string(), z.object({ addresses: z.array(address).nullish() })).nullish(),
    })
    .nullish(),
})

/** One instance as `incus list --format json` shows it; the fields that cul8er reads. */
export type IncusInstance = z.infer<typeof instance>

/** @throws Cul8erError INCUS when the text is not what Incus prints */
export const parseInstance = (text: string): IncusInstance => parseJson('incus query', instance, text)

/** @throws Cul8erError INCUS when the text is not what Incus prints */
export const parseInstances = (text: string): IncusInstance[] => parseJson('incus list', z.array(instance), text)
