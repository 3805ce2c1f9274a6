import { join } from 'node:path'
import type { Logger } from 'pino'
import { commandClient } from '../activities/command-client.js'
import type { ActivityDeps } from '../activities/index.js'
import { logCommand } from '../activities/logged.js'
import { artifactStore } from '../src/artifacts/of-worker.js'
import { createEvidenceStore } from '../src/evidence/store.js'
import { createFence } from '../src/fence/store.js'
import { createExecutors } from '../src/hosts/executors.js'
import { createImageStore } from '../src/images/store.js'
import { loadFormerKeys, loadSealKey } from '../src/secrets/seal-key.js'
import { createRelay } from '../src/sites/relay.js'
import { reaching } from '../src/sites/reaching.js'
import { createEdges } from '../src/traffic/edges.js'

/** What a worker keeps in its home, and reaches the hosts through. */
export interface WorkerHome {
  /** Folder of artifacts, seal key, kept logs and emulated hosts. */
  home: string
  log: Logger
  /** Whose hosts it reaches; absent: those of no site. */
  site?: string | undefined
}

/**
 * The real way to the world.
 * @throws Cul8erError as loadSealKey does
 */
export async function openDeps({ home, log, site }: WorkerHome): Promise<ActivityDeps & { close(): Promise<void> }> {
  const executors = createExecutors({
    home,
    emulatorHome: join(home, 'emulator'),
    ...(log.isLevelEnabled('debug') ? { tell: (ran) => logCommand(log, ran) } : {}),
  })
  const sealKey = await loadSealKey({ home, env: process.env })
  const formerKeys = await loadFormerKeys({ home, env: process.env })
  const executorFor = reaching(site, {
    here: (name, host) => executors.executorFor(name, host),
    elsewhere: createRelay({ client: () => commandClient({ sealKey, formerKeys }), keys: [sealKey, ...formerKeys] }),
  })
  const edges = createEdges({ executorFor, home })
  return {
    executorFor,
    edgeFor: (name, host) => edges.edgeFor(name, host),
    artifacts: await artifactStore({ home, env: process.env, sealKey, formerKeys }),
    evidence: createEvidenceStore(join(home, 'evidence')),
    fence: createFence(join(home, 'operations')),
    images: createImageStore(join(home, 'images')),
    sealKey,
    formerKeys,
    log,
    close: () => executors.close(),
  }
}
