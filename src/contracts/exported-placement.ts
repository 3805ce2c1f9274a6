import * as z from 'zod'
import type * as Model from '../topology/model.js'
import { architecture, CPUS_AT_MOST, LABEL, ratio } from '../topology/schema/placement.js'
import { name, section, whole } from '../topology/schema/words.js'
import { LARGEST_MIB } from '../topology/units.js'

/* What placement knows of hosts and resources, as it comes back from a file. */

const mebibytes = () => whole(0, LARGEST_MIB)
const labels = () => z.record(z.string().regex(LABEL.pattern, { error: LABEL.words }), z.string())
const traits = { labels: labels(), site: name().nullable(), region: name().nullable() }
const scope = () => z.enum(['host', 'site', 'region'])
const rules = () => z.array(section({ to: name(), within: scope(), required: z.boolean() }))

/** Of a host. */
export const exportedHostPlacement = {
  labels: labels().optional(),
  site: name().optional(),
  region: name().optional(),
  reserve: section({
    cpu: z.number().min(0).max(CPUS_AT_MOST),
    memoryMiB: mebibytes(),
    diskMiB: mebibytes(),
  }).optional(),
  overcommit: section({ cpu: ratio(), memory: ratio(), disk: ratio() }).optional(),
}

/** Of a resource. */
export const exportedPlacement: z.ZodType<Model.Placement> = section({
  strategy: z.enum(['spread', 'pack']),
  spread: scope(),
  require: section({ ...traits, architecture: architecture().nullable() }),
  prefer: section(traits),
  affinity: rules(),
  antiAffinity: rules(),
  priority: whole(0, 100),
})
