import { isDeepStrictEqual } from 'node:util'
import type { HistoryEntry, LedgerState } from '../../contracts/index.js'
import type { Revision } from '../../plan/model.js'
import type { Palette } from '../palette.js'
import { releasesOf } from './consent.js'
import { dirtyNames } from '../../plan/half-done.js'
import { moment } from './duration.js'
import { OUTCOMES } from './outcomes.js'
import { table } from './table.js'

/** Something that a recorded state and a file say differently. */
export interface StateDifference {
  what: string
  here: string
  file: string
}

/** What differs between the state that is recorded here and one of a file, in words; empty: nothing that people see. */
export function stateDifference(here: LedgerState, file: LedgerState): StateDifference[] {
  const values = VALUES.map(([what, words]) => ({ what, here: words(here), file: words(file) }))
  return [
    ...values.filter((each) => each.here !== each.file),
    ...listed(
      [here.revisions, file.revisions],
      ({ number }) => `revision ${number}`,
      (revision, other) => revisionWords(revision, other),
    ),
    ...listed(
      [here.history, file.history],
      ({ operation }) => operation,
      (entry, other) => operationWords(entry, other),
    ),
  ]
}

/** The difference as a table, for before a question. */
export const differenceText = (differences: readonly StateDifference[], colors: Pick<Palette, 'dim'>): string =>
  table(
    ['', 'recorded here', 'in the file'],
    differences.map(({ what, here, file }) => [what, here, file]),
    colors,
  )

const NOTHING = '-'

const VALUES: [what: string, words: (state: LedgerState) => string][] = [
  ['last operation', ({ lastOperation }) => (lastOperation === 0 ? NOTHING : `op-${lastOperation}`)],
  ['in progress', ({ current }) => (current === null ? NOTHING : `${current.kind} ${current.id}`)],
  ['desired revision', (state) => numbered(state, state.desired)],
  ['stable revision', (state) => numbered(state, state.stable)],
  ['rollback goes to', (state) => numbered(state, state.stableBefore.at(-1) ?? null)],
  [
    'standby',
    ({ standby }) => (standby === null ? NOTHING : `${standby.names.join(', ')} until ${moment(standby.until)}`),
  ],
  ['ttl', ({ expiresAt }) => (expiresAt === null ? NOTHING : `destroyed at ${moment(expiresAt)}`)],
  ['dirty instances', ({ dirty }) => (dirty.length === 0 ? NOTHING : dirtyNames(dirty).sort().join(', '))],
  ['unhealthy', ({ unhealthy = {} }) => Object.keys(unhealthy).sort().join(', ') || NOTHING],
]

function numbered({ revisions }: LedgerState, number: number | null): string {
  if (number === null) return NOTHING
  const revision = revisions.find((each) => each.number === number)
  return `${number}${revision === undefined ? '' : releasesOf(revision.topology)}`
}

const revisionWords = ({ createdAt, topology, digest }: Revision, other: Revision | undefined): string =>
  `of ${moment(createdAt)}${releasesOf(topology)}${
    other === undefined || other.digest === digest ? '' : `, digest ${digest.slice(0, 8)}`
  }`

const operationWords = ({ kind, outcome, endedAt, revision }: HistoryEntry, other: HistoryEntry | undefined): string =>
  `${kind} ${OUTCOMES[outcome]} at ${moment(endedAt)}${other === undefined || other.revision === revision ? '' : `, to revision ${revision}`}`

/** What only one side has, or both have differently: of many the newest. */
function listed<T>(
  [here, file]: [readonly T[], readonly T[]],
  nameOf: (each: T) => string,
  words: (each: T, other: T | undefined) => string,
): StateDifference[] {
  const byName = (list: readonly T[]) => new Map(list.map((each) => [nameOf(each), each]))
  const [mine, theirs] = [byName(here), byName(file)]
  const names = [...new Set([...theirs.keys(), ...mine.keys()])].sort((a, b) => lastNumber(a) - lastNumber(b))
  const differing = names.filter((name) => !isDeepStrictEqual(mine.get(name), theirs.get(name)))
  const side = (own: T | undefined, other: T | undefined): string => (own === undefined ? NOTHING : words(own, other))
  const rows = differing.map((what) => ({
    what,
    here: side(mine.get(what), theirs.get(what)),
    file: side(theirs.get(what), mine.get(what)),
  }))
  const left = rows.length - MOST
  return left <= 0 ? rows : [{ what: `${left} more before`, here: '', file: '' }, ...rows.slice(left)]
}

/** Rows of one kind that still leave the question on the screen. */
const MOST = 8

const lastNumber = (name: string): number => Number(/\d+$/.exec(name)?.[0] ?? 0)
