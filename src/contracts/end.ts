import type { OperationEnd } from './operation.js'

/**
 * How an operation ended, from the failure of its workflow: one that did not succeed fails with its end as the first detail, so
 * that the Web UI shows it as failed. null: the workflow itself was lost. By shape and not by class: a failure may come
 * from another copy of the SDK.
 */
export function endOf(error: unknown): OperationEnd | null {
  const seen = new Set<unknown>()
  for (let each = error; isObject(each) && !seen.has(each); each = each.cause) {
    seen.add(each)
    const [detail] = Array.isArray(each.details) ? (each.details as unknown[]) : []
    if (isEnd(detail)) return detail
  }
  return null
}

/** Whether a value has the form of an end. */
export const isEnd = (value: unknown): value is OperationEnd =>
  isObject(value) && isObject(value.result) && 'outcome' in value.result && Array.isArray(value.dirty)

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
