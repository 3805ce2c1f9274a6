import * as z from 'zod'
import { DEFAULTS } from '../defaults.js'
import { name, named, reference, scalar, section, size, whole, type KeyRule } from './words.js'

/** Names of labels of hosts. */
export const LABEL: KeyRule = {
  pattern: /^[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?$/,
  words: 'a label of letters, digits, ., _, / and -, 63 characters at most',
}

const labels = () => named(LABEL, scalar(), 'labels to their values')

/** CPUs of a host. */
export const CPUS_AT_MOST = 4_096
const CPUS = `a number of CPUs from 0 to ${CPUS_AT_MOST}`
const RATIO = 'a ratio from 0.01 to 100, such as 4 for four times what there is'
/** How many times what there is. */
export const ratio = () => z.number({ error: RATIO }).min(0.01, { error: RATIO }).max(100, { error: RATIO })

/** What placement knows of a host. */
export const hostPlacement = {
  labels: labels()
    .optional()
    .meta({ defaultText: 'none', description: 'Labels of your own, which `placement` of a resource may ask for' }),
  site: name().optional().meta({
    defaultText: 'none',
    description: 'Site that it is at: workers of that site alone reach it, and `placement` knows it',
  }),
  region: name().optional().meta({ defaultText: 'none', description: 'Region that it is in, for `placement`' }),
  reserve: section({
    cpu: z
      .number({ error: CPUS })
      .min(0, { error: CPUS })
      .max(CPUS_AT_MOST, { error: CPUS })
      .optional()
      .describe('CPUs'),
    memory: size().optional().describe('Memory'),
    disk: size().optional().describe('Disk, of each storage pool'),
  })
    .optional()
    .meta({
      defaultText: 'nothing',
      description:
        'What is kept free of limits. A host that says it has its limits added up, and refuses what exceeds them',
    }),
  overcommit: section({
    cpu: ratio().default(DEFAULTS.overcommit).describe('Of the CPUs'),
    memory: ratio().default(DEFAULTS.overcommit).describe('Of the memory'),
    disk: ratio().default(DEFAULTS.overcommit).describe('Of each storage pool'),
  })
    .optional()
    .meta({
      defaultText: '1 of each',
      description:
        'How many times what there is limits may add up to. A host that says it has its limits added up, and refuses what exceeds them',
    }),
}

/** Values of a host that a resource asks for. */
const wanted = {
  labels: labels().optional().meta({ defaultText: 'any', description: 'Labels of the host' }),
  site: name().optional().meta({ defaultText: 'any', description: 'Site of the host' }),
  region: name().optional().meta({ defaultText: 'any', description: 'Region of the host' }),
}

const ARCHITECTURE = 'an architecture as Incus names it, such as x86_64 or aarch64'
/** An architecture, as Incus names it. */
export const architecture = () => z.string({ error: ARCHITECTURE }).regex(/^[a-z0-9_]{2,20}$/, { error: ARCHITECTURE })

const rule = section({
  to: reference('resource').describe('Resource'),
  within: z
    .enum(['host', 'site', 'region'])
    .default(DEFAULTS.within)
    .describe('What the two are to share, or not to share'),
  required: z
    .boolean()
    .default(false)
    .describe('A host that does not fit is refused; otherwise it is only less wanted'),
})

const rules = () => {
  const error = 'the name of a resource, or a list of names and mappings of to, within, required'
  const one = 'the name of a resource, or a mapping of to, within, required'
  return z.union([reference('resource'), z.array(z.union([reference('resource'), rule], { error: one }))], { error })
}

/** Where new instances of a resource go. */
export const placement = section({
  strategy: z
    .enum(['spread', 'pack'])
    .default(DEFAULTS.placement)
    .describe('`spread`: over hosts, the emptier one first. `pack`: on as few hosts as possible'),
  spread: z
    .enum(['hosts', 'sites', 'regions'])
    .optional()
    .meta({ defaultText: '`hosts`', description: 'What replicas are spread over first. For `spread`' }),
  require: section({
    ...wanted,
    architecture: architecture()
      .optional()
      .meta({ defaultText: 'any', description: 'Architecture, as Incus names it: `x86_64`, `aarch64`' }),
  })
    .optional()
    .meta({ defaultText: 'nothing', description: 'What a host must have' }),
  prefer: section(wanted).optional().meta({ defaultText: 'nothing', description: 'What a host should have' }),
  affinity: rules().optional().meta({ defaultText: 'none', description: 'Resources to be near to' }),
  antiAffinity: rules()
    .optional()
    .meta({ defaultText: 'none', description: 'Resources to be apart from; its own name keeps its replicas apart' }),
  priority: whole(0, 100)
    .default(DEFAULTS.priority)
    .describe('Where room is short, instances of a higher priority are placed first'),
})
