import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** A project of two images: plain fetches nothing; app stands on it and fetches. */
let project: string
let month: string

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'cul8er-images-'))
  month = '2026-05'
  for (const file of ['images/build', 'images/lib.sh', 'scripts/setup/lib.sh', 'scripts/setup/images'])
    cpSync(join(root, file), join(project, file))
  place('images/plain/recipe', 'description=plain\noffline=yes\nbuild() { echo one >"$ROOT/file"; }\n')
  place('images/app/recipe', 'base=plain\ndescription=app\nbuild() { :; }\n')
  place('images/app-more/recipe', 'base=app\ndescription=more\noffline=yes\nbuild() { :; }\n')
  program('date', 'case "$*" in *%Y-%m*) echo "$MONTH" ;; *) exec /bin/date "$@" ;; esac')
  program('incus', 'case "$*" in *get-property*) echo "$IMPORTED" ;; esac')
  program('id', 'echo 1000')
  place('scripts/setup/packages', '#!/bin/sh\necho packages >&2\n')
  chmodSync(join(project, 'scripts/setup/packages'), 0o755)
})
afterEach(() => rmSync(project, { recursive: true, force: true }))

test('an image that fetches packages is another in another month; so is what stands on it', async () => {
  expect(await version('app')).toMatch(/^[0-9a-f]{16}-2026-05$/)
  expect(await version('app-more')).toMatch(/^[0-9a-f]{16}-2026-05$/)
  expect(await version('plain')).toMatch(/^[0-9a-f]{16}$/)
  const before = await version('app')
  month = '2026-06'
  expect(await version('app')).toBe(before.replace('2026-05', '2026-06'))
})

test('a changed file or a changed base is another image', async () => {
  const before = await version('app')
  place('images/app/rootfs/etc/motd', 'hello')
  const withFile = await version('app')
  expect(withFile).not.toBe(before)
  place('images/plain/recipe', 'description=plain\noffline=yes\nbuild() { echo two >"$ROOT/file"; }\n')
  expect(await version('app')).not.toBe(withFile)
})

test('within a month the tarball of the cache is taken; a new one replaces it, and no other image', async () => {
  const first = (await run('images/build', 'app')).stdout
  await run('images/build', 'app-more')
  const again = await run('images/build', 'app')
  expect([again.stdout, again.stderr]).toEqual([first, ''])
  month = '2026-06'
  const next = await run('images/build', 'app')
  expect(next.stderr).toContain('image app built in')
  expect(tarballs()).toEqual([
    expect.stringMatching(/^app-[0-9a-f]{16}-2026-06/),
    expect.stringMatching(/^app-more-[0-9a-f]{16}-2026-05/),
    expect.stringMatching(/^plain-[0-9a-f]{16}\.tar\.zst$/),
  ])
})

test('without root, an image of another month stays; one of another recipe needs root', async () => {
  const imported = await version('app')
  month = '2026-06'
  const kept = await run('scripts/setup/images', 'app', { IMPORTED: imported })
  expect(kept.exitCode).toBe(0)
  expect(kept.stderr).toMatch(
    /image cul8er\/app is of 2026-05; for the updates since, run: sudo .*scripts\/setup\/images app/,
  )
  const other = await run('scripts/setup/images', 'app', { IMPORTED: '0123456789abcdef-2026-05' })
  expect(other.exitCode).toBe(1)
  expect(other.stderr).toContain('this needs root once')
})

test('--anew builds an image and what is below it, and imports it, though all of it is there', async () => {
  program('id', 'echo 0')
  program('incus', 'case "$*" in *get-property*) echo "$IMPORTED" ;; *import*) echo "$*" >>"$LOG" ;; esac')
  await run('images/build', 'app')
  const env = { IMPORTED: await version('app'), LOG: join(project, 'log') }
  expect((await run('scripts/setup/images', 'app', env)).stderr).toBe('')
  const { stderr, exitCode } = await run('scripts/setup/images', ['--anew', 'app'], env)
  expect(exitCode).toBe(0)
  expect(stderr).toMatch(/image plain built in[^]*image app built in[^]*imported image cul8er\/app in/)
  expect(readFileSync(env.LOG, 'utf8')).toMatch(
    /^image import \S+app-[0-9a-f]{16}-2026-05.tar.zst cul8er.hash=[0-9a-f]{16}-2026-05 --alias cul8er\/app --reuse\n$/,
  )
})

const version = async (name: string): Promise<string> => (await run('images/build', [name, '--hash'])).stdout

const run = (
  script: string,
  args: string | string[],
  env: Record<string, string> = {},
): Promise<{ exitCode?: number; stdout: string; stderr: string }> =>
  execa(join(project, script), [args].flat(), {
    reject: false,
    env: { PATH: `${project}/bin:${process.env.PATH}`, XDG_CACHE_HOME: project, MONTH: month, ...env },
  })

const tarballs = (): string[] => readdirSync(join(project, 'cul8er/images')).filter((name) => name.endsWith('.zst'))

function program(name: string, script: string): void {
  place(`bin/${name}`, `#!/bin/sh\n${script}\n`)
  chmodSync(join(project, 'bin', name), 0o755)
}

function place(file: string, text: string): void {
  mkdirSync(dirname(join(project, file)), { recursive: true })
  writeFileSync(join(project, file), text)
}
