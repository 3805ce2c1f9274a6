import { InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { STRATEGIES } from '../../strategies/registry.js'
import { parseDuration } from '../../topology/units.js'

/* Options that several commands have, once each. */

export const yesOption = () => new Option('--yes', 'do not ask for confirmation')

export const fingerprintOption = () =>
  new Option('--fingerprint <fingerprint>', 'the key that is expected, SHA256:…; may be repeated').argParser(
    (value: string, before: string[] | undefined) => {
      if (/^SHA256:[A-Za-z0-9+/]{43}$/.test(value)) return [...(before ?? []), value]
      throw new InvalidArgumentError("expected one such as ssh-keygen -l prints: 'SHA256:' and 43 characters")
    },
  )

export const forceOption = () => new Option('--force', 'continue where a check would refuse')

export const trustOption = () =>
  new Option('--trust', 'accept a file that was not made here: shows what it would run, and asks')

export const waitOption = () => new Option('--wait', 'wait for an operation in progress instead of being refused')

export const detachOption = () => new Option('--detach', 'start it without following it')

export const STRATEGY_NAMES: readonly string[] = STRATEGIES.map(({ name }) => name)

/** Checked by the client: a strategy may have other spellings. */
export const strategyOption = () =>
  new Option('--strategy <strategy>', `${inWords(STRATEGY_NAMES)} instead of the strategy in the file`)

export const withoutOption = () =>
  new Option('--without <host>', 'leave out a host that is gone; may be repeated').argParser(
    (host: string, before: string[] | undefined) => [...(before ?? []), host],
  )

export const gainOption = () =>
  new Option('--gain <percent>', 'least that must be gained, in percentage points (default: 10)').argParser(
    (text: string) => {
      const value = Number(text)
      if (text.trim() !== '' && value >= 0 && value <= 100) return value
      throw new InvalidArgumentError('expected a number from 0 to 100')
    },
  )

/** Kept on the host, in its configuration. */
const LONGEST_REASON = 500

export const reasonOption = () =>
  new Option('--reason <text>', 'why, for whoever wonders').argParser((text: string) => {
    const reason = text.replaceAll(/\s+/g, ' ').trim()
    if (reason !== '' && reason.length <= LONGEST_REASON) return reason
    throw new InvalidArgumentError(`expected 1 to ${LONGEST_REASON} characters`)
  })

export const refreshImagesOption = () =>
  new Option('--refresh-images', 'also replace instances whose image has been refreshed since')

const inWords = (names: readonly string[]): string => `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`

export const versionOption = () =>
  new Option('--version <version>', 'V for every release, RELEASE=V for one; may be repeated').argParser(
    (value: string, before: string[] | undefined) => [...(before ?? []), value],
  )

export const userOption = () => new Option('--user <user>', 'name or number of a user of the instance (default: root)')

/** `NAME=value` pairs, gathered. */
export function envPair(text: string, before: Record<string, string> | undefined): Record<string, string> {
  const [, name, value] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(text) ?? []
  if (name !== undefined && value !== undefined) return { ...before, [name]: value }
  throw new InvalidArgumentError("expected a pair such as 'LANG=C'")
}

/** A whole number from 1. */
export function positive(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new InvalidArgumentError('expected a whole number from 1')
}

/** The number of an operation, as `op-5` or `5`. */
export function operationNumber(text: string): number {
  const number = readOperation(text)
  if (number !== null) return number
  throw new InvalidArgumentError("expected an operation such as 'op-5'; cul8er history lists them")
}

/** The number in `op-5` or `5`; null for other words. */
export function readOperation(text: string): number | null {
  const digits = /^(?:op-)?([1-9]\d{0,8})$/.exec(text)?.[1]
  return digits === undefined ? null : Number(digits)
}

/** A duration in ms. */
export function duration(text: string): number {
  const ms = parseDuration(text)
  if (ms !== null && ms > 0) return ms
  throw new InvalidArgumentError("expected a duration such as '10s', '5m' or '24h'")
}
