import type { HostExecutor } from '../../hosts/executor.js'
import { listImages, parseImages } from '../../incus/index.js'

/** Fingerprint of the image that an edge is made from; null when the host has none under that alias. */
export async function imageFingerprint(executor: HostExecutor, image: string): Promise<string | null> {
  const { stdout } = await executor.run(listImages({ filters: [image] }))
  return parseImages(stdout).find(({ aliases }) => aliases.includes(image))?.fingerprint ?? null
}
