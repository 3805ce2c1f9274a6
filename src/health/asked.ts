import type { InstanceSpec } from '../plan/model.js'
import type { Probe } from './probes/registry.js'

/** A probe of one instance as plain data, for whoever reaches its host. */
export interface ProbeAsked {
  probe: Probe
  spec: Pick<InstanceSpec, 'name' | 'project' | 'resource' | 'release'> & { expose?: InstanceSpec['expose'] }
  /** null: it has none yet. */
  address: string | null
  /**
   * When to ask from inside what is asked over the network: where it is `unreached`, because nobody listens at the address or no
   * route leads there (the default); `never`; or `instead`.
   */
  inside?: 'unreached' | 'never' | 'instead'
  timeoutMs: number
}
