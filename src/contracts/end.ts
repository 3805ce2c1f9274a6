import type { OperationEnd } from './operation.js'

/**
 * How an operation ended, from the error of its workflow: one that did not succeed is a failed workflow, so that Temporal shows it as
 * one, and carries its end as the first detail of its failure. Told by shape and not by class, because the failure may come from
 * another copy of the SDK.
 * @returns null where the workflow itself broke, or was terminated
 */
export function endOf(error: unknown): OperationEnd | null {
  const seen = new Set<unknown>()
  for (let each = error; isObject(each) && !seen.has(each); each = each.cause) {
    seen.add(each)
    const detail: unknown = Array.isArray(each.details) ? each.details[0] : undefined
    if (isEnd(detail)) return detail
  }
  return null
}

/** Whether a value has the form of an end. */
export const isEnd = (value: unknown): value is OperationEnd =>
  isObject(value) && isObject(value.result) && 'outcome' in value.result && Array.isArray(value.dirty)

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
