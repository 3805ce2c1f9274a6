import type { RequestSample } from '../model.js'

/** Reads `show events` of the ring that the frontends log to (the formats stand in frontend.ts); other lines are skipped. */
export function parseRequests(text: string): RequestSample[] {
  return [...text.matchAll(LINE)].map(([, endedAt, seconds, ms, pool, server, status, total]) => ({
    at: endedAt === undefined ? Number(seconds) * 1000 + Number(ms) : Number(endedAt) - Number(total),
    pool: pool ?? '',
    server: server === undefined || server === NO_SERVER ? null : server,
    status: status === '-' ? null : Number(status),
    totalMs: Number(total),
  }))
}

// The second form, seconds and ms of the beginning, is that of edges whose configuration an older cul8er has loaded.
const LINE = /^(?:(\d{13,})|(\d{10,12}) (\d{1,3})) (\S+) (\S+) (-|-?\d+) \+?(-?\d+)$/gm

const NO_SERVER = '<NOSRV>'
