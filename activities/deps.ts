import type { Logger } from 'pino'
import type { ArtifactStore } from '../src/artifacts/store.js'
import type { EvidenceStore } from '../src/evidence/store.js'
import type { Fence } from '../src/fence/store.js'
import type { HostExecutor } from '../src/hosts/executor.js'
import type { ImageStore } from '../src/images/store.js'
import type { Host } from '../src/topology/model.js'
import type { Edge } from '../src/traffic/model.js'

/** What activities reach the world through; a test gives its own. */
export interface ActivityDeps {
  executorFor: (name: string, host: Host) => HostExecutor
  edgeFor: (name: string, host: Host) => Edge
  artifacts: ArtifactStore
  evidence: EvidenceStore
  fence: Fence
  /** Images on their way from host to host. */
  images: ImageStore
  /** AES-256 key that opens sealed secrets. */
  sealKey: Uint8Array
  /** Keys from before: what they sealed and signed still counts. */
  formerKeys: readonly Uint8Array[]
  log: Logger
}
