// download-temporal.mjs VERSION FOLDER: fetches the Temporal CLI into FOLDER and prints its path, if the archive is the one whose
// digest is in temporal-digests.json. Nothing of it is unpacked or run before.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const RELEASES = 'https://github.com/temporalio/cli/releases/download'

/** Where the archive and the list of digests of a release are. */
export const releaseFile = (releases, version, name) => `${releases}/v${version}/${name}`
export const archiveName = (version, platform) => `temporal_cli_${version}_${platform}.tar.gz`

/** Returns the path of the binary; throws where the digest is unknown or another, and where the releases are out of reach. */
export async function downloadTemporal({ version, folder, digests, platform = thisPlatform(), releases = RELEASES }) {
  const expected = digests[version]?.[platform]
  if (expected === undefined) throw new Error(`no known digest of Temporal CLI ${version} on ${platform}`)
  const bytes = await fetchBytes(releaseFile(releases, version, archiveName(version, platform)))
  const found = createHash('sha256').update(bytes).digest('hex')
  if (found !== expected) {
    throw new Error(`refused: Temporal CLI ${version} on ${platform} has sha256 ${found}, expected ${expected}`)
  }
  const archive = join(folder, 'archive.tar.gz')
  await writeFile(archive, bytes)
  await promisify(execFile)('tar', ['-C', folder, '-xzf', archive, 'temporal'])
  return join(folder, 'temporal')
}

/** The bytes behind an address; throws with the reason in one line. */
export async function fetchBytes(url) {
  try {
    // Enough for 60 MB on a slow line. A host that does not resolve or refuses says so at once.
    const reply = await fetch(url, { signal: AbortSignal.timeout(180_000) })
    if (!reply.ok) throw new Error(`HTTP ${reply.status}`)
    return Buffer.from(await reply.arrayBuffer())
  } catch (error) {
    throw new Error(`${new URL(url).hostname} is unreachable: ${error.cause?.code ?? error.message}`, { cause: error })
  }
}

const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' }
const thisPlatform = () => `${process.platform}_${ARCHITECTURES[process.arch] ?? process.arch}`

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [version, folder] = process.argv.slice(2)
  const digests = JSON.parse(readFileSync(new URL('temporal-digests.json', import.meta.url), 'utf8'))
  try {
    console.log(await downloadTemporal({ version, folder, digests }))
  } catch (error) {
    console.error(error.message)
    process.exit(1)
  }
}
