import { z } from 'zod'
import type { Notifier } from '../../../src/notifiers/notifier.js'
import type { Teller } from '../../../src/notifiers/teller.js'
import { section, text } from '../../../src/topology/schema/words.js'

interface Pigeon {
  kind: 'pigeon'
  name: string
}

/** A toy: a pigeon that says what it was told. */
export const pigeon = {
  kind: 'pigeon',
  summary: 'A pigeon by its name',
  written: { value: text('the name of a pigeon'), read: (value) => ({ kind: 'pigeon', name: String(value) }) },
  normalised: section({ kind: z.literal('pigeon'), name: text('the name of a pigeon') }),
  named: ({ name }) => `pigeon ${name}`,
  runs: ({ name }) => `a pigeon called ${name} flies`,
} satisfies Notifier<Pigeon>

/** What they said. */
export const flown: string[] = []

export const tellByPigeon: Teller<Pigeon> = async ({ name }, { event }) => {
  flown.push(event.event === 'unhealthy' ? `${name}: ${event.instance} is ${event.reason}` : name)
}
