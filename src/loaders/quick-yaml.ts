import { CORE_SCHEMA, loadAll } from 'js-yaml'

/**
 * What a simple YAML file holds, in a fifth of the time that the careful reader (yaml.ts) takes the first time in a process: that one
 * knows lines, and is loaded when there is something to say about one.
 * @returns null where the careful reader has to decide: what is not written in the most usual way, or is not valid
 */
export function quickYaml(text: string): { value: unknown } | null {
  if (!text.split('\n').every((line) => USUAL.test(line)) || UNSURE.test(text)) return null
  try {
    const [value, ...more] = loadAll(text, { schema: CORE_SCHEMA })
    return more.length > 0 || value === undefined ? null : { value }
  } catch {
    return null
  }
}

// The two readers agree about lines of these forms: a key, an item of a list or both, and behind them a scalar or a flow collection.
const KEY = String.raw`(?:(?!(?:null|true|false):)[A-Za-z_][\w-]*|"[\w./-]+"|'[\w./-]+')`
const PLAIN = String.raw`(?:[A-Za-z0-9_./]|-(?=[\w.]))(?:[^\s:#,[\]{}"'|>@\x60\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]|:(?=[\w./-])| (?=[\w./-]))*`
const SCALAR = String.raw`(?:${PLAIN}|"[^"\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]*"|'[^'\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]*')`
const listed = (item: string): string => `(?:${item}(?:, ?${item})*)?`
const MAP = String.raw`\{ ?${listed(`${KEY}: ${SCALAR}`)} ?\}`
const LIST = String.raw`\[ ?${listed(`(?:${SCALAR}|${MAP})`)} ?\]`
const USUAL = new RegExp(
  String.raw`^ *(?:#.*|(?:- )*(?:${KEY}:(?: (?:${SCALAR}|${MAP}|${LIST}))?|- (?:${SCALAR}|${MAP}|${LIST}))(?: +#.*)?)? *$`,
  'iu',
)
// Numbers that no double holds, and keys that JavaScript has for itself.
const UNSURE = /\d{16}|\d\.?e[+-]?\d|__proto__/i
