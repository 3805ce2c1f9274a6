import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { Steer } from '../../../workflows/engine/steering.js'

describe('what rests', () => {
  it('holds the deadline until the last of several has ended, however they end', async () => {
    const steer = new Steer()
    const ends = new EventTarget()
    const short = steer.resting(async () => {
      await once(ends, 'short')
      throw new Error('no space left on device')
    })
    const long = steer.resting(() => once(ends, 'long'))
    expect(steer.waits).toBe(true)
    ends.dispatchEvent(new Event('short'))
    await expect(short).rejects.toThrow('no space')
    expect(steer.waits).toBe(true)
    ends.dispatchEvent(new Event('long'))
    await long
    expect(steer.waits).toBe(false)
  })
})
