const MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const BYTES = {
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
} as const
const MIB = BYTES.MiB

/** What a duration looks like in a topology file; the group is the unit. */
export const DURATION = /^\d{1,12}(?:\.\d{1,6})?(ms|s|m|h|d)$/
/** What a size looks like in a topology file; the group is the unit. */
export const SIZE = /^\d{1,13}(?:\.\d{1,6})?(KiB|MiB|GiB|TiB|kB|MB|GB|TB)$/

/** Ten years, in ms: beyond it a timer is a typing error. */
export const LONGEST_MS = 3_650 * MS.d
/** One exbibyte, in MiB. */
export const LARGEST_MIB = 1024 ** 4

/**
 * `'10s'`, `'5m'`, `'1.5h'`, `'500ms'`, `'2d'` in whole ms; null when the text is no duration.
 */
export function parseDuration(text: string): number | null {
  const unit = DURATION.exec(text)?.[1] as keyof typeof MS | undefined
  if (unit === undefined) return null
  const ms = Math.round(Number.parseFloat(text) * MS[unit])
  return ms <= LONGEST_MS ? ms : null
}

/** The shortest exact spelling: `90000` is `'90s'`, `3600000` is `'1h'`. Takes whole ms. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s'
  const unit = (['d', 'h', 'm', 's', 'ms'] as const).find((each) => ms % MS[each] === 0) ?? 'ms'
  return `${Math.round(ms / MS[unit])}${unit}`
}

/** For people: `500 ms`, `5 s`, `1.5 s`, `1 m 25 s`, `10 m`, `2 h 03 m`. Rounded to seconds from one minute on, to minutes from one hour on. */
export function durationWords(ms: number): string {
  if (ms < MS.s) return `${Math.round(ms)} ms`
  const seconds = Math.round(ms / 100) / 10
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(Math.round(seconds) / 60)
  if (minutes < 60) return `${minutes} m${smaller(Math.round(seconds) % 60, 's')}`
  return `${Math.floor(minutes / 60)} h${smaller(minutes % 60, 'm')}`
}

/** The same in whole seconds, for how long ago or ahead a moment is; `0 ms` for less than half a second, and for what is negative. */
export const secondsWords = (ms: number): string => durationWords(Math.round(Math.max(0, ms) / MS.s) * MS.s)

const smaller = (count: number, unit: string): string =>
  count === 0 ? '' : ` ${String(count).padStart(2, '0')} ${unit}`

/**
 * `'8GiB'`, `'512MiB'` in whole MiB; null when the text is no size. Decimal units (`'8GB'`) and fractions are rounded
 * to the nearest MiB, because the topology counts in MiB.
 */
export function parseSize(text: string): number | null {
  const unit = SIZE.exec(text)?.[1] as keyof typeof BYTES | undefined
  if (unit === undefined) return null
  const mib = Math.round((Number.parseFloat(text) * BYTES[unit]) / MIB)
  return mib <= LARGEST_MIB ? mib : null
}

/** The shortest exact spelling: `8192` is `'8GiB'`. Takes whole MiB. */
export function formatSize(mib: number): string {
  const unit = (['TiB', 'GiB', 'MiB'] as const).find((each) => mib > 0 && (mib * MIB) % BYTES[each] === 0) ?? 'MiB'
  return `${Math.round((mib * MIB) / BYTES[unit])}${unit}`
}

/** For people, rounded down: `23.4GiB`. Takes MiB. */
export function sizeWords(mib: number): string {
  const [size, unit] = mib >= MIB ? [mib / MIB, 'TiB'] : mib >= 1024 ? [mib / 1024, 'GiB'] : [mib, 'MiB']
  return `${Math.floor(size * 10) / 10}${unit}`
}
