import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, expect, test } from 'vitest'

const setup = fileURLToPath(new URL('../../../scripts/setup', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'cul8er-temporal-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('a Go that has just been installed is found where no PATH names it', async () => {
  const own = join(folder, 'scripts', 'setup')
  for (const each of [own, join(folder, 'tools', 'temporal'), join(folder, 'bin')]) mkdirSync(each, { recursive: true })
  const golang = join(folder, 'go', 'bin')
  const lib = readFileSync(join(setup, 'lib.sh'), 'utf8')
  // No Go of this machine's.
  writeFileSync(join(own, 'lib.sh'), lib.replace('/usr/local/go/bin /usr/lib/go-1.*/bin', golang))
  copyFileSync(join(setup, 'temporal'), join(own, 'temporal'))
  writeFileSync(join(folder, 'tools', 'temporal', 'go.mod'), 'require github.com/temporalio/cli v1.2.3\n')
  for (const name of ['bash', 'sed', 'head', 'tail', 'mkdir', 'mktemp', 'mv', 'rm', 'chmod', 'flock', 'dirname', 'cat'])
    symlinkSync(await programOf(name), join(folder, 'bin', name))
  script(join(folder, 'bin', 'node'), 'echo "github.com is unreachable" >&2; exit 1')
  script(
    join(own, 'packages'),
    `mkdir -p ${golang} && printf '#!/bin/bash\\nwhile [ "$1" != -o ]; do shift; done; echo built >"$2"\\n' >${golang}/go && chmod +x ${golang}/go`,
  )
  const { stdout, stderr } = await execa(join(folder, 'bin', 'bash'), [join(own, 'temporal')], {
    extendEnv: false,
    env: { PATH: join(folder, 'bin'), HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') },
  })
  expect(stderr).toContain('no download of Temporal: github.com is unreachable')
  expect(stdout).toBe(join(folder, 'cache', 'cul8er', 'bin', 'temporal-1.2.3'))
  expect(readFileSync(stdout, 'utf8')).toBe('built\n')
})

function script(path: string, text: string): void {
  writeFileSync(path, `#!${join(folder, 'bin', 'bash')}\n${text}\n`)
  chmodSync(path, 0o755)
}

const programOf = async (name: string): Promise<string> =>
  (await execa('/bin/sh', ['-c', 'command -v "$0"', name])).stdout
