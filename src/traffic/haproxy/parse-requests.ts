import type { RequestSample } from '../model.js'

/** Reads `show events` of the ring that the frontends log to (the formats stand in frontend.ts); other lines are skipped. */
export function parseRequests(text: string): RequestSample[] {
  return [...text.matchAll(LINE)].map(([, seconds, ms, pool, server, status, total]) => ({
    at: Number(seconds) * 1000 + Number(ms),
    pool: pool ?? '',
    server: server === undefined || server === NO_SERVER ? null : server,
    status: status === '-' ? null : Number(status),
    totalMs: Number(total),
  }))
}

const LINE = /^(\d{10,}) (\d{1,3}) (\S+) (\S+) (-|-?\d+) \+?(-?\d+)$/gm

const NO_SERVER = '<NOSRV>'
