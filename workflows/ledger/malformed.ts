import type { ErrorReport } from '../../src/errors.js'
import type { ImportRequest, OperationKind, OperationRequest, TtlRequest } from '../../src/contracts/index.js'

/* Anybody who reaches the server can send an update: what is not of its form is refused before it gets into the history. */

const KINDS: readonly OperationKind[] = ['deploy', 'rollback', 'restore', 'destroy', 'cleanup']
const TEN_YEARS_MS = 10 * 366 * 24 * 3_600_000

export function malformedStart(request: OperationRequest): ErrorReport | null {
  if (!isObject(request)) return wrong('the request', request, 'a mapping')
  if (!KINDS.includes(request.kind)) return wrong('kind', request.kind, KINDS.join(', '))
  if (typeof request.requestId !== 'string') return wrong('requestId', request.requestId, 'a text')
  return wrongEnd(request)
}

export function malformedTtl(request: TtlRequest): ErrorReport | null {
  if (!isObject(request)) return wrong('the request', request, 'a mapping')
  const { ttlMs } = request
  const fits = ttlMs === null || (Number.isFinite(ttlMs) && ttlMs >= 0 && ttlMs <= TEN_YEARS_MS)
  return fits ? wrongEnd(request) : wrong('ttlMs', ttlMs, 'ms up to ten years, or null')
}

export const malformedImport = (request: ImportRequest): ErrorReport | null =>
  isObject(request) ? wrongEnd(request) : wrong('the request', request, 'a mapping')

const wrongEnd = ({ notAfter }: { notAfter?: unknown }): ErrorReport | null =>
  notAfter === undefined || (typeof notAfter === 'string' && !Number.isNaN(Date.parse(notAfter)))
    ? null
    : wrong('notAfter', notAfter, 'a time')

const wrong = (place: string, found: unknown, allowed: string): ErrorReport => ({
  code: 'USAGE',
  message: `${place}: found ${found === undefined ? 'nothing' : JSON.stringify(found)}, allowed ${allowed}`,
})

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
