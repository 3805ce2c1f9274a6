import type { z } from 'zod'
import { command } from './command/declared.js'
import { notifiersOf } from './known.js'
import { webhook } from './webhook/declared.js'

/** Every kind of notifier, in the order in which they are named. */
export const KINDS = [webhook, command] as const

/** Whom to tell, and how. */
export type NotifierChoice = z.output<(typeof KINDS)[number]['normalised']>
/** The name of a kind. */
export type NotifierName = NotifierChoice['kind']

/** All that is known of notifiers follows from here. */
export const NOTIFIERS = notifiersOf(KINDS)
