/** Shorter values are words that anything may contain: masking them would hide more than it keeps. */
const SHORTEST = 4
/** Of what stands for a value in another writing: a few letters would occur by chance. */
const SHORTEST_FORM = 6

/** Longer values are masked piece by piece. */
const PIECE = 1_024

const MASK = '***'

/**
 * The text with every value in it replaced by `***`: as it is, each line of one that has several, and as JSON, a URL or base64 writes
 * it, also inside a longer base64 (`user:password`). What an app does to a secret otherwise (hexadecimal, a hash, its half) stays.
 */
export const masked = (text: string, values: Iterable<string>): string => masker(values)(text)

/** `masked` for many texts and the same values. */
export function masker(values: Iterable<string>): (text: string) => string {
  const forms = [...new Set([...values].flatMap(formsOf))].sort((a, b) => b.length - a.length)
  if (forms.length === 0) return (text) => text
  // One pass, the longest first: a value that contains another is masked as a whole, and no mask is looked into.
  const any = expression(forms.map(literally).join('|'))
  if (any === null) return () => MASK
  return (text) => text.replaceAll(any, MASK)
}

function formsOf(value: string): string[] {
  const whole = value.trim()
  const lines = whole.split(/\r?\n/).map((line) => line.trim())
  const plain = [value, whole, ...lines].flatMap(pieces).filter((each) => each.length >= SHORTEST)
  const written = plain.flatMap((each) => [...asJson(each), ...inUrl(each), ...inBase64(each)])
  return [...plain, ...written.filter((each) => each.length >= SHORTEST_FORM)]
}

const pieces = (value: string): string[] =>
  Array.from({ length: Math.ceil(value.length / PIECE) }, (_, at) => value.slice(at * PIECE, (at + 1) * PIECE))

/** null: there is more than an expression can hold, and what cannot be looked through is not shown. */
function expression(source: string): RegExp | null {
  try {
    const any = new RegExp(source, 'g')
    // Compiled when it is first used.
    any.test('')
    return any
  } catch {
    return null
  }
}

const asJson = (value: string): string[] => {
  const once = JSON.stringify(value).slice(1, -1)
  return [once, once.replaceAll('/', '\\/')]
}

function inUrl(text: string): string[] {
  // Half a surrogate pair cannot be encoded.
  const value = Buffer.from(text).toString()
  const strict = encodeURIComponent(value).replaceAll(
    /[!'()*]/g,
    (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return [encodeURIComponent(value), encodeURI(value), strict].flatMap((each) =>
    [each, each.replaceAll('%20', '+')].flatMap((form) => [
      form,
      form.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    ]),
  )
}

/** Whole, and the letters that depend on the value alone wherever it stands in what is written: 0, 1 or 2 bytes into three. */
function inBase64(value: string): string[] {
  const bytes = Buffer.from(value)
  const within = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
  })
  return [bytes.toString('base64'), bytes.toString('base64url'), ...within].flatMap((each) => [
    each,
    each.replaceAll('+', '-').replaceAll('/', '_'),
  ])
}

const literally = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)
