import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'

/** A release as a `.tar.gz`, from path to text; a path below `bin/` may be run. */
export async function tarball(files: Record<string, string>): Promise<{ bytes: Uint8Array; sha256: string }> {
  const packed = pack()
  for (const [name, content] of Object.entries(files))
    packed.entry({ name, mode: name.startsWith('bin/') ? 0o755 : 0o644 }, content)
  packed.finalize()
  const chunks: Uint8Array[] = []
  for await (const chunk of packed) chunks.push(chunk as Uint8Array)
  const bytes = gzipSync(Buffer.concat(chunks))
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}
