import type { Answer, Answered, OperationStarted } from '../../src/contracts/index.js'

/** Answers remembered, and for how long: a command asks again within a minute, or not at all. */
const KEEP = 200
const KEEP_MS = 24 * 60 * 60_000

export const answerTo = (answered: readonly Answered[], requestId: string): Answer<OperationStarted> | null =>
  answered.find((each) => each.requestId === requestId)?.answer ?? null

export const remember = (answered: readonly Answered[], latest: Answered): Answered[] =>
  [...answered, latest].filter(({ at }) => Date.parse(latest.at) - Date.parse(at) < KEEP_MS).slice(-KEEP)
