import { join } from 'node:path'
import type { Logger } from 'pino'
import type { ActivityDeps } from '../activities/index.js'
import { logCommand } from '../activities/logged.js'
import { createArtifactStore } from '../src/artifacts/store.js'
import { createEvidenceStore } from '../src/evidence/store.js'
import { createFence } from '../src/fence/store.js'
import { createExecutors } from '../src/hosts/executors.js'
import { createImageStore } from '../src/images/store.js'
import { loadFormerKeys, loadSealKey } from '../src/secrets/seal-key.js'
import { createEdges } from '../src/traffic/edges.js'

/** What a worker keeps in its home, and reaches the hosts through. */
export interface WorkerHome {
  /** Folder of artifacts, seal key, kept logs and emulated hosts. */
  home: string
  log: Logger
}

/**
 * The real way to the world.
 * @throws Cul8erError as loadSealKey does
 */
export async function openDeps({ home, log }: WorkerHome): Promise<ActivityDeps & { close(): Promise<void> }> {
  const executors = createExecutors({
    home,
    emulatorHome: join(home, 'emulator'),
    ...(log.isLevelEnabled('debug') ? { tell: (ran) => logCommand(log, ran) } : {}),
  })
  const edges = createEdges({ executorFor: (name, host) => executors.executorFor(name, host), home })
  return {
    executorFor: (name, host) => executors.executorFor(name, host),
    edgeFor: (name, host) => edges.edgeFor(name, host),
    artifacts: createArtifactStore(join(home, 'artifacts')),
    evidence: createEvidenceStore(join(home, 'evidence')),
    fence: createFence(join(home, 'operations')),
    images: createImageStore(join(home, 'images')),
    sealKey: await loadSealKey({ home, env: process.env }),
    formerKeys: await loadFormerKeys({ home, env: process.env }),
    log,
    close: () => executors.close(),
  }
}
