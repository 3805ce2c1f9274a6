import { readdirSync } from 'node:fs'
import { identify, isAlive, isSameStart, type Identity } from './identity.js'
import { processFacts, type ProcessFacts } from './process-facts.js'

/** What tells our Temporal from a program that looks like it. */
export interface Wanted {
  uid: number | undefined
  /** Its SQLite file. */
  database: string
  /** Programs that it may run, with links followed. */
  binaries: string[]
  /** As the last supervisor wrote it down. */
  recorded: Identity | null
}

/**
 * Temporal servers of this user on this database by their command line: what a killed supervisor left behind without having
 * written its pid down. Linux alone shows them; elsewhere the record has to do.
 */
export function findServers(database: string): Identity[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((entry) => isServer(processFacts(Number(entry)), { uid: process.getuid?.(), database }))
    .flatMap((entry) => identify(Number(entry)) ?? [])
}

/** Whether a process looks like our server and is of our user. */
export const isServer = (facts: ProcessFacts | null, { uid, database }: Pick<Wanted, 'uid' | 'database'>): boolean =>
  facts !== null &&
  (uid === undefined || facts.uid === uid) &&
  facts.words.includes('start-dev') &&
  facts.words.includes(database)

/** What was written down or looks like our server is in the way of another on its database; a process of somebody else is not. */
export const mayEnd = (facts: ProcessFacts | null, { uid }: Pick<Wanted, 'uid'>): boolean =>
  facts === null || uid === undefined || facts.uid === uid

/**
 * Whether a server may be kept by a supervisor that did not start it: the very process that the last one wrote down, of our user, of
 * our program and on this database. A command line alone proves nothing, anybody can write one.
 */
export const mayAdopt = (identity: Identity, facts: ProcessFacts | null, wanted: Wanted): boolean =>
  wanted.recorded?.pid === identity.pid &&
  isSameStart(wanted.recorded.started, identity.started) &&
  isServer(facts, wanted) &&
  wanted.binaries.includes(facts?.program ?? '')

/** The facts and then the identity again: it may have ended meanwhile, and another have got its pid. */
export const canAdopt = (identity: Identity, wanted: Wanted): boolean =>
  mayAdopt(identity, processFacts(identity.pid), wanted) && isAlive(identity)
