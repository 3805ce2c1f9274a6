import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { configuredTarget } from '../../../src/service/target.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cul8er-target-'))
  writeFileSync(join(folder, 'temporal.toml'), '[profile.team]\naddress = "temporal:7233"\nnamespace = "team"\n')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const env = (TEMPORAL_PROFILE: string) => ({ TEMPORAL_CONFIG_FILE: join(folder, 'temporal.toml'), TEMPORAL_PROFILE })

it.each([
  [{}, 'temporal:7233', 'team'],
  [{ address: 'other:1', namespace: 'mine' }, 'other:1', 'mine'],
])('an option is stronger than a profile: %j', (over, address, namespace) => {
  expect(configuredTarget(env('team'), over)).toMatchObject({ connection: { address }, namespace })
})

it('a profile that is not there is told as such', () => {
  const found = (): unknown => configuredTarget(env('nosuch'))
  expect(found).toThrow("the Temporal configuration cannot be used: Profile 'nosuch' not found")
  expect(found).toThrow(expect.objectContaining({ code: 'USAGE' }))
})
