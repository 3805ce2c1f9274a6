/**
 * Tells how a promise ends without waiting for it: the one place where workflow code lets a promise go. Nothing is lost with
 * it, a rejection is told like a result.
 */
export function whenSettled<T>(promise: Promise<T>, tell: (how: PromiseSettledResult<T>) => void): void {
  promise.then(
    (value) => tell({ status: 'fulfilled', value }),
    (reason: unknown) => tell({ status: 'rejected', reason }),
  )
}
