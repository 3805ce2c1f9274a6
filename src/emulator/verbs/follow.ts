import type { EmulatedHost } from '../host.js'
import type { Input } from '../model.js'

/** The last lines of a log; with `follow` what comes as well, until the caller goes. */
export async function followLog(
  host: EmulatedHost,
  log: () => string[],
  lines: number,
  follow: boolean,
  { emit, signal }: Input,
): Promise<string> {
  const first = log().slice(-lines)
  if (!follow) return first.map((line) => `${line}\n`).join('')
  emit(first.map((line) => `${line}\n`).join(''))
  let last = log().at(-1)
  const tell = (): void => {
    const all = log()
    const fresh = all.slice(all.lastIndexOf(last ?? '') + 1)
    last = all.at(-1)
    if (fresh.length > 0) emit(fresh.map((line) => `${line}\n`).join(''))
  }
  host.logListeners.add(tell)
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  host.logListeners.delete(tell)
  return ''
}
