// update-temporal-digests.mjs [VERSION]: takes the digests that Temporal publishes beside a release of its CLI, by default the one
// pinned in tools/temporal, and writes them into scripts/setup/temporal-digests.json. Other versions go.
import { readFileSync, writeFileSync } from 'node:fs'
import { archiveName, fetchBytes, releaseFile, RELEASES } from './setup/download-temporal.mjs'

const PLATFORMS = ['linux_amd64', 'linux_arm64']
const module = readFileSync(new URL('../tools/temporal/go.mod', import.meta.url), 'utf8')
const version = process.argv[2] ?? /temporalio\/cli v([\d.]+)/.exec(module)[1]

try {
  const list = (await fetchBytes(releaseFile(RELEASES, version, 'checksums.txt'))).toString()
  const digests = Object.fromEntries(PLATFORMS.map((platform) => [platform, digestOf(list, platform)]))
  const text = `${JSON.stringify({ [version]: digests }, null, 2)}\n`
  writeFileSync(new URL('setup/temporal-digests.json', import.meta.url), text)
  process.stdout.write(text)
} catch (error) {
  console.error(`cul8er: ${error.message}; the digests stay as they are`)
  process.exit(1)
}

function digestOf(list, platform) {
  const line = list.split('\n').find((each) => each.endsWith(` ${archiveName(version, platform)}`))
  const digest = /^[0-9a-f]{64}(?= )/.exec(line ?? '')?.[0]
  if (digest === undefined) throw new Error(`checksums.txt of ${version} has no digest for ${platform}`)
  return digest
}
