import { describe, expect, it } from 'vitest'
import { lookTime } from '../../../workflows/engine/look-time.js'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
/** Temporal ends a workflow with more events than this. */
const LIMIT = 51_200
/** Scheduled, started, completed, and a workflow task of three. */
const EVENTS_OF_A_LOOK = 6

describe('the time of a look', () => {
  it.each([
    [0, 10],
    [4_999, 10],
    [5_000, 20],
    [12_000, 40],
  ])('with %i events is %i minutes', (events, minutes) => {
    expect(lookTime(events)).toEqual({ lookMs: minutes * MINUTE, restMs: (minutes * MINUTE) / 10 })
  })

  it.each([1, 10, 100])('lets %i targets wait for months within the limit of a history', (targets) => {
    let [events, ms] = [0, 0]
    while (events < LIMIT - targets * EVENTS_OF_A_LOOK) {
      ms += lookTime(events).lookMs
      events += targets * EVENTS_OF_A_LOOK
    }
    expect(ms).toBeGreaterThan(50 * DAY)
  })
})
