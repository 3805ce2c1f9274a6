import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { envFile, parseEnvFile } from '../../../src/releases/env-file.js'
import { shellWords } from '../../../src/shell/words.js'

const text = fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', ''))
const environment = fc.dictionary(fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/), text, { maxKeys: 6 })
const sh = (script: string): string => execFileSync('sh', ['-c', script], { encoding: 'utf8' })

describe('envFile', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(environment, (vars) => {
        expect(parseEnvFile(envFile(vars))).toEqual({ ...vars })
      }),
    )
  })

  it('means the same to a shell', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 8 }), (values) => {
        const vars = Object.fromEntries(values.map((value, i) => [`V${i}`, value]))
        const print = `printf '%s\\0' ${values.map((_, i) => `"$V${i}"`).join(' ')}`
        expect(
          sh(`${envFile(vars)}${print}`)
            .split('\0')
            .slice(0, -1),
        ).toEqual(values)
      }),
      { numRuns: 40 },
    )
  })

  it('is a page that people can read', () => {
    expect(envFile({ A: 'plain', B: 'a "b" $c `d` \\ \'e\'\nf' })).toBe(
      'A="plain"\nB="a \\"b\\" \\$c \\`d\\` \\\\ \'e\'\nf"\n',
    )
  })
})

describe('shellWords', () => {
  it('are the same words to a shell', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 8 }), (words) => {
        expect(
          sh(`printf '%s\\0' ${shellWords(words)}`)
            .split('\0')
            .slice(0, -1),
        ).toEqual(words)
      }),
      { numRuns: 40 },
    )
  })
})
