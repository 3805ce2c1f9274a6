import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))

const RELEASE = `Origin: Debian
Label: Debian
Suite: oldstable
Codename: bookworm
Date: Thu, 01 Jan 2026 00:00:00 UTC
Architectures: amd64 arm64
Components: main
SHA256:
 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0 main/binary-amd64/Packages
`
// Of the right form and of no key.
const SIGNATURE = `-----BEGIN PGP SIGNATURE-----

iHUEABYKAB0WIQQAAAAAAAAAAAAAAAAAAAAAAAAAAAUCaAAAAAAKCRAAAAAAAAAA
-----END PGP SIGNATURE-----
`
const signed = (text: string): string => `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n${text}${SIGNATURE}`

/** What a mirror of somebody else may hold, by the end of the path. */
const MIRRORS: { what: string; files: Record<string, string> }[] = [
  { what: 'lists without a signature', files: { '/Release': RELEASE } },
  { what: 'lists with a signature of no key of Debian', files: { '/InRelease': signed(RELEASE) } },
]

let server: Server
let files: Record<string, string>
let scratch: string

beforeEach(async ({ skip }) => {
  scratch = mkdtempSync(join(tmpdir(), 'cul8er-verified-'))
  mkdirSync(join(scratch, 'root'))
  server = createServer((request, response) => {
    const name = Object.keys(files).find((each) => request.url?.endsWith(each))
    response.writeHead(name === undefined ? 404 : 200).end(name === undefined ? '' : files[name])
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const builds = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/mmdebstrap')
  skip(!builds, 'images are built by root with apt and mmdebstrap')
})
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve))
  rmSync(scratch, { recursive: true, force: true })
})

const REFUSED = /GPG error|is not signed|Release signed by unknown key|Invalid Release signature/

test.each(MIRRORS)('packages are not taken from a mirror with $what', async (mirror) => {
  files = mirror.files
  const { exitCode, stderr } = await library('debian_packages "$WORK/out" busybox-static')
  expect(stderr).toMatch(/fetching busybox-static from Debian failed: E: /)
  expect(stderr).toMatch(REFUSED)
  expect(exitCode).toBe(1)
})

test.each(MIRRORS)('no system is made from a mirror with $what', async (mirror) => {
  files = mirror.files
  const { exitCode, stderr } = await library('debian_system ca-certificates')
  expect(stderr).toMatch(/(mmdebstrap|debootstrap) failed: /)
  expect(stderr).toMatch(REFUSED)
  expect(exitCode).toBe(1)
})

test('a missing keyring is named, with what to install', async () => {
  files = {}
  const { exitCode, stderr } = await library(`debian_keyring=${scratch}/none; debian_system ca-certificates`)
  expect(stderr).toContain(`${scratch}/none is missing, and without it nothing from Debian can be verified`)
  expect(stderr).toContain('install debian-archive-keyring')
  expect(exitCode).toBe(1)
})

test('the sources of an image have the security suite and name the keyring', async () => {
  files = {}
  const { stdout } = await library('debian_sources')
  expect(stdout).toContain('Suites: bookworm bookworm-updates\n')
  expect(stdout).toContain('Suites: bookworm-security\n')
  expect(stdout.match(/^Signed-By: \/usr\/share\/keyrings\/debian-archive-keyring.gpg$/gm)).toHaveLength(2)
})

/** Runs a command of images/lib.sh against the mirror of the test. */
const library = (command: string): ReturnType<typeof bash> => {
  const { port } = server.address() as AddressInfo
  return bash(`set -euo pipefail
    . scripts/setup/lib.sh; . images/lib.sh
    debian_mirror() { echo "http://127.0.0.1:${port}/$1"; }
    WORK=${scratch}; ROOT=${scratch}/root
    ${command}`)
}

const bash = async (script: string): Promise<{ exitCode?: number; stdout: string; stderr: string }> =>
  execa('bash', ['-c', script], { cwd: root, reject: false, stripFinalNewline: false, timeout: 60_000 })
