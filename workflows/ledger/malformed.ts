import type { ErrorReport } from '../../src/errors.js'
import type {
  ExpireRequest,
  ImportRequest,
  OperationKind,
  OperationRequest,
  TtlRequest,
} from '../../src/contracts/index.js'
import { STRATEGIES } from '../../src/strategies/registry.js'

/* Anybody who reaches the server can send an update: what is not of its form is refused before it gets into the history. */

const KINDS: readonly OperationKind[] = [
  'deploy',
  'rollback',
  'restore',
  'restart',
  'drain',
  'rebalance',
  'snapshot',
  'backup',
  'destroy',
  'cleanup',
]
const MOVING: ReadonlySet<OperationKind> = new Set(['drain', 'rebalance'])
const TEN_YEARS_MS = 10 * 366 * 24 * 3_600_000
/** Characters of a name or an id. */
const LONGEST_NAME = 1_000
/** Characters of who asked, from where and how: the ledger keeps it for 50 operations, and is one payload. */
const LONGEST_BY = 16_000

export function malformedStart(request: OperationRequest): ErrorReport | null {
  if (!isObject(request)) return wrong('the request', request, 'a mapping')
  if (!KINDS.includes(request.kind)) return wrong('kind', request.kind, KINDS.join(', '))
  if (!isName(request.requestId)) return wrong('requestId', request.requestId, `a string of at most ${LONGEST_NAME}`)
  for (const key of ['planFingerprint', 'snapshot', 'resource', 'replica', 'backup', 'host'] as const) {
    if (request[key] !== undefined && !isName(request[key])) return wrong(key, request[key], 'a name')
  }
  const { to, without, names, maxParallel, refreshImages, moves, remove, by, revision } = request
  if (to !== undefined && !Number.isSafeInteger(to)) return wrong('to', to, 'the number of a revision')
  if (without !== undefined && !areNames(without)) return wrong('without', without, 'names of hosts')
  if (names !== undefined && !areNames(names)) return wrong('names', names, 'names of resources and instances')
  if (maxParallel !== undefined && !(Number.isSafeInteger(maxParallel) && maxParallel > 0)) {
    return wrong('maxParallel', maxParallel, 'a whole number from 1')
  }
  if (request.counts !== undefined) return wrong('counts', request.counts, 'nothing: a scaling is begun by the ledger')
  if (refreshImages !== undefined && (typeof refreshImages !== 'boolean' || request.kind !== 'deploy')) {
    return wrong('refreshImages', refreshImages, 'true or false, for a deploy')
  }
  if ((moves !== undefined) !== MOVING.has(request.kind) || (moves !== undefined && !areMoves(moves))) {
    return wrong('moves', moves, 'hosts to be emptied, for a drain, or what is to be gained, for a rebalance')
  }
  if (remove !== undefined && (typeof remove !== 'boolean' || request.kind !== 'snapshot')) {
    return wrong('remove', remove, 'true or false, for a snapshot')
  }
  if (by !== undefined && !(isObject(by) && isName(by.who) && JSON.stringify(by).length <= LONGEST_BY)) {
    return wrong('by', by, `who asked, in at most ${LONGEST_BY} characters`)
  }
  return (revision === undefined ? null : wrongRevision(revision)) ?? wrongEnd(request)
}

/** What the ledger itself reads of a revision. The rest is read by the operation, which fails if it must. */
function wrongRevision(revision: unknown): ErrorReport | null {
  const topology = isObject(revision) ? revision.topology : undefined
  if (!isObject(revision) || !isObject(topology)) return wrong('revision', revision, 'a revision with its topology')
  if (!isName(revision.digest)) return wrong('revision.digest', revision.digest, 'a digest')
  const { hosts, resources, strategy, project, ttlMs } = topology
  const place = 'revision.topology'
  if (!isMapping(hosts)) return wrong(`${place}.hosts`, hosts, 'a mapping of hosts')
  if (!isMapping(resources)) return wrong(`${place}.resources`, resources, 'a mapping of resources')
  if (project !== null && !isName(project)) return wrong(`${place}.project`, project, 'a name or null')
  if (ttlMs !== null && !isTime(ttlMs)) return wrong(`${place}.ttlMs`, ttlMs, 'ms up to ten years, or null')
  const { approach, keepMs } = isObject(strategy) ? strategy : {}
  const names = STRATEGIES.map(({ name }) => name)
  if (!names.some((name) => name === approach)) return wrong(`${place}.strategy.approach`, approach, names.join(', '))
  return isTime(keepMs) ? null : wrong(`${place}.strategy.keepMs`, keepMs, 'ms up to ten years')
}

export function malformedTtl(request: TtlRequest): ErrorReport | null {
  if (!isObject(request)) return wrong('the request', request, 'a mapping')
  const { ttlMs } = request
  return ttlMs === null || isTime(ttlMs) ? wrongEnd(request) : wrong('ttlMs', ttlMs, 'ms up to ten years, or null')
}

export function malformedExpire(request: ExpireRequest): ErrorReport | null {
  if (!isObject(request)) return wrong('the request', request, 'a mapping')
  const { expiresAt } = request as { expiresAt: unknown }
  return isMoment(expiresAt) ? null : wrong('expiresAt', expiresAt, 'a time')
}

export const malformedImport = (request: ImportRequest): ErrorReport | null =>
  isObject(request) ? wrongEnd(request) : wrong('the request', request, 'a mapping')

const wrongEnd = ({ notAfter }: { notAfter?: unknown }): ErrorReport | null =>
  notAfter === undefined || isMoment(notAfter) ? null : wrong('notAfter', notAfter, 'a time')

const wrong = (place: string, found: unknown, allowed: string): ErrorReport => ({
  code: 'USAGE',
  message: `${place}: found ${found === undefined ? 'nothing' : JSON.stringify(found).slice(0, 200)}, allowed ${allowed}`,
})

const isMoment = (text: unknown): boolean => typeof text === 'string' && !Number.isNaN(Date.parse(text))
const isTime = (ms: unknown): ms is number => typeof ms === 'number' && ms >= 0 && ms <= TEN_YEARS_MS
const isName = (text: unknown): text is string => typeof text === 'string' && text.length <= LONGEST_NAME
const areNames = (names: unknown): boolean =>
  Array.isArray(names) && names.length <= LONGEST_NAME && names.every(isName)
const areMoves = (moves: unknown): boolean =>
  isObject(moves) && areNames(moves.off) && (moves.gain === undefined || isPercent(moves.gain))
const isPercent = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= 100
const isMapping = (value: unknown): boolean => isObject(value) && Object.values(value).every(isObject)

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
