import { readdirSync, readFileSync } from 'node:fs'
import { identify, type Identity } from './identity.js'

/**
 * Temporal servers on this database by their command line: what a killed supervisor left behind without having written its pid
 * down. Linux alone shows them; elsewhere the record has to do.
 */
export function findServers(database: string): Identity[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid && isServer(words(entry), database))
    .flatMap((entry) => identify(Number(entry)) ?? [])
}

const isServer = (line: string[], database: string): boolean => line.includes('start-dev') && line.includes(database)

function words(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}
