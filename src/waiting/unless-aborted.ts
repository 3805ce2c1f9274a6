/**
 * What a promise gives, unless the signal is aborted before: for what may not heed the signal, such as a request that still waits for its
 * connection, or one over SSH, which ends only when the host closes the channel. That goes on, and nobody asks what becomes of it.
 * @throws what the promise throws, or the signal's reason
 */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason as Error)
  })
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
