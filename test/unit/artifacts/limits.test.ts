import { describe, expect, it } from 'vitest'
import { releaseLimits } from '../../../src/artifacts/limits.js'

describe('releaseLimits', () => {
  it.each([
    [{}, { mib: 2048, files: 100_000 }],
    [
      { CUL8ER_RELEASE_SIZE: '', CUL8ER_RELEASE_FILES: '' },
      { mib: 2048, files: 100_000 },
    ],
    [
      { CUL8ER_RELEASE_SIZE: '512MiB', CUL8ER_RELEASE_FILES: '7' },
      { mib: 512, files: 7 },
    ],
  ])('reads %j', (env, limits) => {
    expect(releaseLimits(env)).toEqual(limits)
  })

  it.each([
    [{ CUL8ER_RELEASE_SIZE: 'much' }, 'CUL8ER_RELEASE_SIZE is "much"; expected a size of at least 1MiB'],
    [{ CUL8ER_RELEASE_SIZE: '0MiB' }, 'CUL8ER_RELEASE_SIZE is "0MiB"; expected a size of at least 1MiB'],
    [{ CUL8ER_RELEASE_FILES: '-1' }, 'CUL8ER_RELEASE_FILES is "-1"; expected a whole number from 1'],
    [{ CUL8ER_RELEASE_FILES: '1e9' }, 'CUL8ER_RELEASE_FILES is "1e9"; expected a whole number from 1'],
  ])('refuses %j', (env, message) => {
    expect(() => releaseLimits(env)).toThrow(expect.objectContaining({ code: 'USAGE', message }) as Error)
  })
})
