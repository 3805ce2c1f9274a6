import { Cul8erError, withHint } from '../errors.js'
import type { Link } from './link.js'

/** ms before a command gives up: what starts in this time could start without its knowing. */
const MARGIN_MS = 2_000

/**
 * Asks for something that must not be done once the command has given up. A refusal as too late while the command still waits says
 * that its clock is not the ledger's: it is asked once more, by the ledger's.
 */
export async function inTime<T>(link: Link, ask: (notAfter: string) => Promise<T>): Promise<T> {
  const patience = link.patienceMs - MARGIN_MS
  for (let ahead = 0, tries = 1; ; tries += 1) {
    const began = Date.now()
    const notAfter = new Date(began + ahead + patience).toISOString()
    try {
      return await ask(notAfter)
    } catch (error) {
      const ledgers = expiredAt(error)
      if (tries > 1 || ledgers === null || Date.now() - began > patience) throw notLater(error, notAfter)
      ahead = ledgers - Date.now()
    }
  }
}

function expiredAt(error: unknown): number | null {
  if (!(error instanceof Cul8erError) || error.code !== 'EXPIRED') return null
  const { now } = error.details ?? {}
  return typeof now === 'string' ? Date.parse(now) : null
}

function notLater(error: unknown, notAfter: string): unknown {
  if (!(error instanceof Cul8erError) || error.code !== 'SERVICE') return error
  return withHint(error, `nothing was started, and the request expires at ${notAfter}`)
}
