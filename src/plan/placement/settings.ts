import { DEFAULTS } from '../../topology/defaults.js'
import type { Placement } from '../../topology/model.js'

/** Of a resource that says nothing about it. */
export const defaultPlacement: Placement = {
  strategy: DEFAULTS.placement,
  spread: DEFAULTS.within,
  require: { labels: {}, site: null, region: null, architecture: null },
  prefer: { labels: {}, site: null, region: null },
  affinity: [],
  antiAffinity: [],
  priority: DEFAULTS.priority,
}
