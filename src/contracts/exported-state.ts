import * as z from 'zod'
import { Cul8erError, type ErrorReport } from '../errors.js'
import type { DriftRecord } from './drift.js'
import type { HostChange, HostRecord } from './host-watch.js'
import type { Revision } from '../plan/model.js'
import { stableBeforeThen } from '../plan/revisions.js'
import { findings, plainWords } from '../topology/issues.js'
import { problem, type Finding } from '../topology/problem.js'
import { name, section, whole } from '../topology/schema/words.js'
import { exportedTopology } from './exported-topology.js'
import type { FromReplica, HistoryEntry, LedgerState, OperationSummary, UnhealthyRecord } from './ledger.js'
import type { ReplicaRecord } from './replication.js'
import type { ScalingRecord } from './scaling.js'
import { OPERATION_KINDS, type Requester } from './operation.js'

/** What a state of an older cul8er calls by another name. */
const FORMER = { unfinished: 'dirty', kept: 'standby' } as const

/**
 * A ledger's state as it comes back from a file: checked like everything that somebody else may have written.
 * @throws Cul8erError USAGE with every problem and its place
 */
export function readState(exported: unknown): LedgerState {
  const raw = withPresentNames(exported)
  const parsed = exportedState.safeParse(raw, { error: plainWords })
  const found = parsed.success ? untrue(parsed.data) : findings(parsed.error.issues, raw)
  if (!parsed.success || found.length > 0) throw invalid(found)
  return complete(parsed.data)
}

/** Operations and revisions are counted on from here, one by one, for ever. */
const MOST = 1_000_000_000_000
const number = () => whole(1, MOST)
const count = () => whole(0, MOST)
const time = () =>
  z
    .string({ error: 'a time' })
    .refine((text) => !Number.isNaN(Date.parse(text)), { error: "a time, such as '2026-03-01T12:00:00Z'" })
const names = () => z.array(z.string())

const kind = z.preprocess((found) => (found === 'tidy' ? 'cleanup' : found), z.enum(OPERATION_KINDS))

const by: z.ZodType<Requester> = section({
  who: z.string(),
  directory: z.string().optional(),
  options: z.array(z.string()).optional(),
})

const error = section({
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
}) as unknown as z.ZodType<ErrorReport>

const sha256 = () => z.string().regex(/^[0-9a-f]{64}$/, { error: 'a sha256, 64 hex digits' })

const sealed = () => section({ box: z.string(), digest: z.string() })

const withoutNumber = {
  digest: z.string(),
  topology: exportedTopology,
  artifacts: z.record(z.string(), section({ sha256: sha256(), size: count() })),
  sealed: z.record(z.string(), sealed()),
  certificates: z
    .record(z.string(), section({ sealed: sealed(), fingerprint: z.string(), notAfter: time() }))
    .optional(),
  createdAt: time(),
}
const revision: z.ZodType<Revision> = section({ number: number(), ...withoutNumber })
/** A revision that is not numbered yet, as it comes back from a file. */
export const newRevision: z.ZodType<Omit<Revision, 'number'>> = section(withoutNumber)

const fromReplica: z.ZodType<FromReplica> = section({ host: z.string(), resource: z.string().optional() })

const entry: z.ZodType<HistoryEntry> = section({
  operation: z.string(),
  number: number(),
  kind,
  outcome: z.enum(['succeeded', 'rolledBack', 'held', 'needsAttention', 'failed']),
  revision: count(),
  startedAt: time(),
  endedAt: time(),
  error: error.optional(),
  by: by.optional(),
  automatic: z.literal(true).optional(),
  reason: z.string().optional(),
  times: number().optional(),
  warnings: z.array(z.string()).optional(),
  lost: names().optional(),
  fromReplica: fromReplica.optional(),
})

const summary: z.ZodType<OperationSummary> = section({
  id: z.string(),
  number: number(),
  workflowId: z.string(),
  kind,
  step: z.string(),
  startedAt: time(),
  revision: count().default(0),
  by: by.optional(),
  without: names().optional(),
  counts: z.record(z.string(), count()).optional(),
  automatic: z.literal(true).optional(),
  reason: z.string().optional(),
  fromReplica: fromReplica.optional(),
  ttlSet: z.literal(true).optional(),
})

const unhealthy: z.ZodType<UnhealthyRecord> = section({
  instance: z.string(),
  resource: z.string(),
  reason: z.string(),
  at: time(),
  restarts: z.array(time()).max(1_000),
  triedAt: time().optional(),
  replacedAt: time().optional(),
  wellSince: time().optional(),
  notBefore: time().optional(),
  toldAt: time().optional(),
  many: z.literal(true).optional(),
  operation: number().optional(),
})

const hostState = z.enum(['alive', 'suspected', 'dead'])

const host: z.ZodType<HostRecord> = section({
  state: hostState,
  since: time(),
  silentSince: time().optional(),
  answeredAt: time().optional(),
  lookedAt: time(),
  cause: z.string().optional(),
})

const hostChange: z.ZodType<HostChange> = section({
  host: z.string(),
  from: hostState,
  to: hostState,
  at: time(),
  cause: z.string().optional(),
})

const drift: z.ZodType<DriftRecord> = section({
  at: time(),
  changes: z
    .array(
      section({
        action: z.enum(['create', 'update', 'replace', 'move', 'delete', 'start']),
        resource: z.string(),
        instance: z.string(),
        host: z.string(),
        reasons: names(),
        live: z.boolean(),
      }),
    )
    .max(1_000),
  refused: z.string().optional(),
  times: count().optional(),
  notBefore: time().optional(),
})

const scaling: z.ZodType<ScalingRecord> = section({
  from: count(),
  to: count(),
  reason: z.string(),
  at: time(),
  times: count().optional(),
  notBefore: time().optional(),
})

const replica: z.ZodType<ReplicaRecord> = section({
  resource: z.string(),
  instance: z.string(),
  host: z.string(),
  since: time(),
  at: time().optional(),
  failed: z.string().optional(),
  late: z.literal(true).optional(),
})

const exportedState = section({
  topology: name(),
  desired: number().nullable(),
  attempted: number().nullable(),
  stable: number().nullable(),
  stableBefore: z.array(number()).optional(),
  revisions: z.array(revision),
  history: z.array(entry),
  current: summary.nullable(),
  expiresAt: time().nullable(),
  warnAt: time().optional(),
  lastOperation: count(),
  lastRevision: count().optional(),
  dirty: names(),
  standby: section({ names: names(), until: time(), revisions: z.array(number()).optional() }).nullable(),
  unhealthy: z.record(z.string(), unhealthy).optional(),
  hosts: z.record(z.string(), host).optional(),
  hostChanges: z.array(hostChange).max(1_000).optional(),
  failover: section({
    without: names(),
    times: count().optional(),
    notBefore: time().optional(),
    behind: names().optional(),
    noRoom: section({ instances: names(), times: count(), notBefore: time() }).optional(),
    refused: names().optional(),
  }).optional(),
  flapping: z
    .record(z.string(), section({ penalty: z.number().min(0), at: time(), quietUntil: time().optional() }))
    .optional(),
  drift: drift.optional(),
  scaling: z.record(z.string(), scaling).optional(),
  replicas: z.record(z.string(), replica).optional(),
  backups: z.record(z.string(), replica).optional(),
})
type Exported = z.infer<typeof exportedState>

function withPresentNames(exported: unknown): unknown {
  if (typeof exported !== 'object' || exported === null || Array.isArray(exported)) return exported
  return Object.fromEntries(
    Object.entries(exported).map(([key, value]) => {
      const present = Object.hasOwn(FORMER, key) ? FORMER[key as keyof typeof FORMER] : key
      return [present in exported ? key : present, value]
    }),
  )
}

/** What is of the right form and cannot be: each revision that something names must be there, once, and of this topology. */
function untrue({ topology, revisions, desired, attempted, stable, stableBefore = [] }: Exported): Finding[] {
  const numbers = revisions.map((each) => each.number)
  const allowed = numbers.length === 0 ? 'nothing: no revision is kept' : `one of the revisions ${numbers.join(', ')}`
  const unknown = (path: (string | number)[], found: number | null): Finding[] =>
    found === null || numbers.includes(found) ? [] : [problem(path, String(found), allowed)]
  return [
    ...unknown(['desired'], desired),
    ...unknown(['attempted'], attempted),
    ...unknown(['stable'], stable),
    ...stableBefore.flatMap((each, index) => unknown(['stableBefore', index], each)),
    ...numbers.flatMap((each, index) =>
      index > 0 && each <= (numbers[index - 1] ?? 0)
        ? [problem(['revisions', index, 'number'], String(each), 'more than the number before it')]
        : [],
    ),
    ...revisions.flatMap((each, index) =>
      each.topology.name === topology
        ? []
        : [
            problem(
              ['revisions', index, 'topology', 'name'],
              JSON.stringify(each.topology.name),
              JSON.stringify(topology),
            ),
          ],
    ),
  ]
}

/** An older cul8er did not write all that is kept today. */
function complete(state: Exported): LedgerState {
  const { revisions, history, current } = state
  const numbers = [...revisions, ...history.map(({ revision: each }) => ({ number: each }))].map((each) => each.number)
  return {
    ...state,
    stableBefore: state.stableBefore ?? stableBeforeOf(state),
    lastOperation: Math.max(state.lastOperation, current?.number ?? 0, ...history.map((each) => each.number)),
    lastRevision: Math.max(state.lastRevision ?? 0, ...numbers),
  }
}

function stableBeforeOf({ history, revisions, stable }: Exported): number[] {
  const good = history.filter(({ outcome }) => outcome === 'succeeded')
  const since = good.slice(good.findLastIndex((each) => each.kind === 'destroy') + 1)
  const inTime = since.filter((each) => each.kind === 'deploy' || each.kind === 'rollback').map((each) => each.revision)
  let before: number[] = []
  let last: number | null = null
  for (const next of stable === null ? inTime : [...inTime, stable]) {
    before = stableBeforeThen(before, last, next)
    last = next
  }
  return before.filter((each) => revisions.some((kept) => kept.number === each))
}

function invalid(found: Finding[]): Cul8erError {
  const lines = found.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
  return new Cul8erError('USAGE', `this is not an exported state\n${lines.join('\n')}`, {
    hint: 'cul8er state export TOPOLOGY --out FILE makes one',
    details: { problems: found.map(({ at: _at, ...each }) => each) },
  })
}
