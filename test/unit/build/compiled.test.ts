import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

const { cacheFolder } = createRequire(import.meta.url)('../../../bin/command.cjs') as {
  cacheFolder: (env: Record<string, string>) => string | null
}
let home: string
let cache: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cul8er-compiled-'))
  cache = join(home, '.cache')
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(home, { recursive: true })
})

const kept = (): string => join(cache, 'cul8er', 'compiled')

it('is made for its user alone', () => {
  expect(cacheFolder({ HOME: home })).toBe(kept())
  expect(statSync(kept()).mode & 0o777).toBe(0o700)
  expect(cacheFolder({ HOME: home })).toBe(kept())
})

it('is no folder of wherever a command is run', () => {
  expect(cacheFolder({ HOME: home, XDG_CACHE_HOME: 'here' })).toBe(kept())
  expect(cacheFolder({ HOME: '/nowhere', XDG_CACHE_HOME: cache })).toBe(kept())
})

it.each<[string, () => void]>([
  [
    'belongs to another user',
    () => {
      mkdirSync(cache)
      vi.spyOn(process, 'getuid').mockReturnValue(statSync(cache).uid + 1)
    },
  ],
  [
    'others may write to',
    () => {
      mkdirSync(kept(), { recursive: true })
      chmodSync(kept(), 0o777)
    },
  ],
  [
    'leads elsewhere',
    () => {
      mkdirSync(join(cache, 'cul8er'), { recursive: true })
      mkdirSync(join(home, 'elsewhere'), { mode: 0o777 })
      chmodSync(join(home, 'elsewhere'), 0o777)
      symlinkSync(join(home, 'elsewhere'), kept())
    },
  ],
])('is none that %s', (_, made) => {
  made()
  expect(cacheFolder({ HOME: home })).toBeNull()
})
