/** The columns of a server's line in `show stat` that cul8er reads. */
export interface StatLine {
  pool: string
  server: string
  /** Waiting for the server and being served by it. */
  sessions: number
  total: number
  /** `UP`, `UP 1/3`, `DOWN`, `MAINT`, `DRAIN`, `no check`. */
  status: string
  weight: number
  responses2xx: number
  responses3xx: number
  responses4xx: number
  responses5xx: number
  averageTotalMs: number
}

/** Reads the CSV of `show stat`, among other answers; frontends and backends are left out. */
export function parseStat(text: string): StatLine[] {
  const lines = text.split('\n')
  const header = lines.find((line) => line.startsWith('# pxname,'))
  if (header === undefined) return []
  const columns = header.slice(2).split(',')
  return lines
    .filter((line) => line.includes(',') && !line.startsWith('#'))
    .map((line) => Object.fromEntries(line.split(',').map((value, index) => [columns[index] ?? '', value])))
    .filter(({ svname }) => svname !== 'FRONTEND' && svname !== 'BACKEND')
    .map((row) => ({
      pool: row['pxname'] ?? '',
      server: row['svname'] ?? '',
      sessions: number(row['qcur']) + number(row['scur']),
      total: number(row['stot']),
      status: row['status'] ?? '',
      weight: number(row['uweight'] || row['weight']),
      responses2xx: number(row['hrsp_2xx']),
      responses3xx: number(row['hrsp_3xx']),
      responses4xx: number(row['hrsp_4xx']),
      responses5xx: number(row['hrsp_5xx']),
      averageTotalMs: number(row['ttime']),
    }))
}

const number = (text: string | undefined): number => Number(text ?? 0) || 0
