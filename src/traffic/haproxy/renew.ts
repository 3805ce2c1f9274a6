import { Cul8erError } from '../../errors.js'
import type { HostExecutor } from '../../hosts/executor.js'
import { deleteInstance, execIn, launchInstance, setConfig } from '../../incus/index.js'
import { lookAt } from '../../instances/look.js'
import { LABEL_PREFIX } from '../../plan/labels.js'
import type { ObservedInstance } from '../../plan/model.js'
import type { Exchange } from './exchange.js'
import { imageFingerprint } from '../instance/image.js'
import { edgeLabels } from '../instance/instance.js'
import { CONTENT, RENEW } from './scripts.js'

/**
 * Brings a running edge to a newer image without giving up its public ports, which only one instance can hold: the programs
 * of the image are put into the instance, file by file by rename, while those that run keep what they have open. The next
 * load starts the new HAProxy, handing over the listening sockets.
 *
 * @returns whether there is something new, so that a load is due
 */
export async function renew(
  { executor, exchange, image }: { executor: HostExecutor; exchange: Exchange; image: string },
  seen: ObservedInstance,
): Promise<boolean> {
  const fingerprint = await imageFingerprint(executor, image)
  if (fingerprint === null || seen.labels?.digest === fingerprint) return false
  const content = await contentOf(executor, { name: `${seen.name}-next`, image, fingerprint })
  if (content === null) return false
  await exchange.answered(RENEW, [], { stdin: content, timeoutMs: 120_000 })
  await executor.run(setConfig(seen.name, { [`${LABEL_PREFIX}digest`]: fingerprint }))
  return true
}

/** The programs of an image as a tar, out of an instance made for that; null: another worker is at it. */
async function contentOf(
  executor: HostExecutor,
  { name, image, fingerprint }: { name: string; image: string; fingerprint: string },
): Promise<Uint8Array | null> {
  if (await beingMade(executor, name)) return null
  try {
    await executor.run(launchInstance({ name, image, config: edgeLabels(image, fingerprint) }))
  } catch (error) {
    if (error instanceof Cul8erError && error.code === 'ALREADY_EXISTS') return null
    throw error
  }
  try {
    const chunks: Uint8Array[] = []
    await executor.run(execIn(name, ['sh', '-c', CONTENT]), {
      onStdout: (chunk) => chunks.push(chunk),
      timeoutMs: 120_000,
    })
    return Buffer.concat(chunks)
  } finally {
    await executor.run(deleteInstance(name, { force: true }))
  }
}

// What a worker that died has left is removed.
async function beingMade(executor: HostExecutor, name: string): Promise<boolean> {
  const found = await lookAt(executor, { host: executor.host, name, project: null })
  if (found === null) return false
  if (found.labels?.role !== 'edge' || Date.now() - Date.parse(found.createdAt) < LEFT_BEHIND_MS) return true
  await executor.run(deleteInstance(name, { force: true }))
  return false
}

const LEFT_BEHIND_MS = 5 * 60_000
