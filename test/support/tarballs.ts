import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'

/** A release as a `.tar.gz`, from path to content; a path below `bin/` may be run, unless `modes` says otherwise. */
export async function tarGz(
  files: Record<string, string | Uint8Array>,
  modes: Record<string, number> = {},
): Promise<Buffer> {
  const archive = pack()
  for (const [name, content] of Object.entries(files))
    archive.entry({ name, mode: modes[name] ?? (name.startsWith('bin/') ? 0o755 : 0o644) }, Buffer.from(content))
  archive.finalize()
  return gzipSync(await buffer(archive))
}

/** The same with its digest, as the artifact store knows it. */
export async function tarball(files: Record<string, string>): Promise<{ bytes: Buffer; sha256: string }> {
  const bytes = await tarGz(files)
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}
