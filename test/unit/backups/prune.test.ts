import { expect, it } from 'vitest'
import { pruned } from '../../../src/backups/prune.js'

const at = (hour: number): string => new Date(Date.UTC(2026, 10, 23, hour)).toISOString()
/** The newest first, as they are listed. */
const own = (...hours: number[]) =>
  hours.toSorted((a, b) => b - a).map((hour) => ({ id: `db-${hour}`, takenAt: at(hour) }))

it.each<[string, number[], Parameters<typeof pruned>[1], string[]]>([
  ['nothing while there are few', [1, 2], { keep: 2, made: 'db-2', since: at(0) }, []],
  ['the oldest beyond', [1, 2, 3, 4], { keep: 2, made: 'db-4', since: at(0) }, ['db-2', 'db-1']],
  ['never the one that was made', [1, 2], { keep: 1, made: 'db-2', since: at(0) }, ['db-1']],
  ['also not by a worker whose clock is behind', [0, 5, 6], { keep: 2, made: 'db-0', since: at(0) }, ['db-5']],
  ['nor after one whose clock was ahead', [3, 23], { keep: 1, made: 'db-3', since: at(0) }, ['db-23']],
  ['what an empty instance is to be restored from stays', [1, 2, 6], { keep: 1, made: 'db-6', since: at(5) }, ['db-1']],
  ['for however long', [1, 2, 6, 7, 8], { keep: 2, made: 'db-8', since: at(5) }, ['db-6', 'db-1']],
  ['nothing where the one that was made is not whole', [1, 2], { keep: 1, made: 'db-3', since: at(0) }, []],
])('removes %s', (_, hours, kept, expected) => expect(pruned(own(...hours), kept)).toEqual(expected))
