import { describe, expect, it } from 'vitest'
import type { HostRecord } from '../../../src/contracts/index.js'
import { afterLook } from '../../../src/hosts/signs.js'

/** Looks at these seconds, `+` with a sign, `-` without, and `i` where only Incus gave none: the states that they led to. */
function states(looks: string, deadAfterMs = 20_000): string[] {
  let record: HostRecord | undefined
  return looks.split(' ').map((look) => {
    const at = new Date(Number(look.slice(1)) * 1_000).toISOString()
    const silence = look.startsWith('+') ? null : 'no route'
    const withoutIncus = look.startsWith('i')
    record = afterLook(record, { began: at, ended: at, silence, withoutIncus }, { deadAfterMs })
    return record.state
  })
}

describe('what is known of a host', () => {
  it.each<[string, string, string]>([
    ['a sign', '+0', 'alive'],
    ['silence from the first look on', '-0 -5 -9', 'alive alive alive'],
    ['silence for 10 s', '+0 -3 -8 -13', 'alive alive alive suspected'],
    ['silence for 20 s', '+0 -3 -8 -13 -18 -23', 'alive alive alive suspected suspected dead'],
    ['a sign in between', '+0 -3 -12 +13 -14 -22', 'alive alive alive alive alive alive'],
    ['a suspected one that answers', '-0 -10 +11', 'alive suspected alive'],
    ['a dead one that answers', '-0 -10 -20 +21', 'alive suspected dead alive'],
    ['a dead one that stays silent', '-0 -10 -20 -30', 'alive suspected dead dead'],
    ['no Incus for long', '+0 i5 i15 i25 i35 +36', 'alive alive suspected suspected suspected alive'],
    [
      'no Incus, then nothing',
      'i0 i10 i20 -25 -30 -35 -40',
      'alive suspected suspected suspected suspected suspected dead',
    ],
    [
      'nothing, then no Incus, then nothing',
      '-0 -10 i15 -20 -30 -35',
      'alive suspected suspected suspected suspected dead',
    ],
    ['a dead one that answers without its Incus', '-0 -10 -20 i25', 'alive suspected dead dead'],
    ['nobody looked for an hour', '+0 -3600 -3605', 'alive alive alive'],
    ['nobody looked for an hour in a silence', '-0 -9 -3600 -3605 -3610', 'alive alive alive alive suspected'],
    ['nobody looked for an hour at a dead one', '-0 -10 -20 -3600', 'alive suspected dead dead'],
  ])('%s', (_, looks, expected) => {
    expect(states(looks).join(' ')).toBe(expected)
  })

  it('suspects sooner where a host is dead sooner', () => {
    expect(states('-0 -2 -3 -5 -6', 6_000)).toEqual(['alive', 'alive', 'suspected', 'suspected', 'dead'])
  })

  it('says since when, and why', () => {
    const at = (s: number) => new Date(s * 1_000).toISOString()
    const look = (began: number, ended: number, silence: string | null) => ({
      began: at(began),
      ended: at(ended),
      silence,
    })
    const first = afterLook(undefined, look(0, 0, null), { deadAfterMs: 20_000 })
    const silent = afterLook(first, look(2, 5, 'no route'), { deadAfterMs: 20_000 })
    expect(afterLook(silent, look(9, 12, 'no answer'), { deadAfterMs: 20_000 })).toEqual({
      state: 'suspected',
      since: at(12),
      silentSince: at(2),
      lookedAt: at(12),
      cause: 'no answer',
    })
  })
})
