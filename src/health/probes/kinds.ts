import * as z from 'zod'
import { Cul8erError } from '../../errors.js'
import { nearest } from '../../topology/nearest.js'
import { word } from '../../topology/schema/words.js'
import type { BalancerCheck, ByEndpoint, Endpoint, ProbeKind, Written } from './kind.js'

/** The probes of a kind. */
export type ProbeOf<Kind extends ProbeKind> = Extract<z.output<Kind['normalised']>, AnyProbe>

type AnyProbe = { kind: string }
type Intersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends (all: infer All) => void
  ? All
  : never
type KeyOf<Kind> = Kind extends { written: { by: 'key'; key: infer Own } } ? Own : never

/** All that is known of some kinds of probes together. */
export interface ProbeKinds<Kind extends ProbeKind> {
  names: readonly string[]
  /** The keys of a health check of which one says what is asked. */
  choices: readonly [string, ...string[]]
  /** Their schema. */
  keys: { endpoint: z.ZodOptional<z.ZodString> } & Intersection<KeyOf<Kind>>
  /** The schema of the keys that go with one kind alone. */
  options: Intersection<Kind['options']>
  /** Such a key, and beside what it may stand. */
  optionKeys: readonly { key: string; kind: string; beside: string }[]
  /** What an endpoint may be, in words. */
  endpoints: string
  /** A probe as it comes back from a file that cul8er wrote. */
  normalised: z.ZodType<ProbeOf<Kind>>
  /** @throws Cul8erError INVALID_TOPOLOGY for a kind that there is not */
  of(probe: AnyProbe): ProbeKind
  /** What the keys of a health check say; null: nothing, or nothing that can be asked. */
  read(written: Written): ProbeOf<Kind> | null
  /** The kind that was meant; null: it cannot be told. */
  kindOf(written: Written): string | null
  /** What `read` reads back as this probe. */
  write(probe: ProbeOf<Kind>): Written
  /** The endpoint that was most likely meant. */
  nearest(endpoint: string): string | undefined
  /** For people: what it asks, in a word. */
  brief(probe: ProbeOf<Kind>): string
  /** The command that it runs inside the instance; null: it asks from the host. */
  commandOf(probe: ProbeOf<Kind>): readonly string[] | null
  /** What a load balancer can ask by itself; null: nothing but a connection. */
  balancerCheck(probe: ProbeOf<Kind>): BalancerCheck | null
}

/** @throws Error for two kinds that share a name, a scheme or a key */
export function kindsOf<const Kinds extends readonly ProbeKind[]>(kinds: Kinds): ProbeKinds<Kinds[number]> {
  type Probe = ProbeOf<Kinds[number]>
  const endpoints = kinds.flatMap((kind) => (kind.written.by === 'endpoint' ? [{ kind, written: kind.written }] : []))
  const byKey = kinds.flatMap((kind) =>
    kind.written.by === 'key' ? [{ kind, written: kind.written, key: Object.keys(kind.written.key)[0] ?? '' }] : [],
  )
  const schemes = new Map(
    endpoints.flatMap(({ kind, written }) => Object.keys(written.schemes).map((scheme) => [scheme, { kind, written }])),
  )
  eachOnce(kinds.map(({ kind }) => kind))
  eachOnce(endpoints.flatMap(({ written }) => Object.keys(written.schemes)))
  eachOnce([...byKey.map(({ key }) => key), ...kinds.flatMap(({ options }) => Object.keys(options))])

  const allowed = `${orList(endpoints.map(({ written }) => `'${written.form}'`))} (localhost is the instance itself)`
  const beside = byKey.map(({ key }) => ` or \`${key}\``).join('')
  const endpoint = word(allowed)
    .refine((text) => readEndpoint(text, {}) !== null, { error: allowed })
    .optional()
    .describe(
      `${orList(endpoints.map(({ written }) => `\`${written.form}\``))}; localhost is the instance itself. This${beside}`,
    )

  function readEndpoint(text: string, options: Written): AnyProbe | null {
    const scheme = schemeOf(text)
    const known = scheme === null ? undefined : schemes.get(scheme)
    const found = known === undefined ? null : apart(text, known.written)
    return found === null ? null : (known?.written.read(found, options) ?? null)
  }

  const of = (probe: AnyProbe): ProbeKind => {
    const found = kinds.find(({ kind }) => kind === probe.kind)
    if (found !== undefined) return found
    throw new Cul8erError(
      'INVALID_TOPOLOGY',
      `found the kind of probe ${JSON.stringify(probe.kind)}, allowed ${kinds.map(({ kind }) => kind).join(', ')}`,
    )
  }

  return {
    names: kinds.map(({ kind }) => kind),
    choices: ['endpoint', ...byKey.map(({ key }) => key)],
    keys: Object.assign({ endpoint }, ...byKey.map(({ written }) => written.key)) as ProbeKinds<Kinds[number]>['keys'],
    options: Object.assign({}, ...kinds.map(({ options }) => options)) as ProbeKinds<Kinds[number]>['options'],
    optionKeys: kinds.flatMap((kind) =>
      Object.keys(kind.options).map((key) => ({ key, kind: kind.kind, beside: besides(kind) })),
    ),
    endpoints: allowed,
    normalised: z.discriminatedUnion('kind', kinds.map(({ normalised }) => normalised) as [z.ZodObject], {
      error: `a probe of the kind ${kinds.map(({ kind }) => kind).join(', ')}`,
    }) as unknown as z.ZodType<Probe>,
    of,
    read(written) {
      if (typeof written.endpoint === 'string') return readEndpoint(written.endpoint, written) as Probe | null
      const found = byKey.find(({ key }) => written[key] !== undefined)
      return found === undefined ? null : (found.written.read(written[found.key], written) as Probe)
    },
    kindOf({ endpoint: text, ...rest }) {
      if (text === undefined) return byKey.find(({ key }) => rest[key] !== undefined)?.kind.kind ?? 'none'
      const scheme = typeof text === 'string' ? schemeOf(text) : null
      return scheme === null ? null : (schemes.get(scheme)?.kind.kind ?? null)
    },
    write: (probe) => of(probe).written.write(probe),
    nearest(text) {
      const rest = /^[^:/]*:\/\/(.*)$/s.exec(text)?.[1]
      const scheme =
        rest === undefined ? [...schemes.keys()][0] : nearest(text.split(':')[0] ?? '', [...schemes.keys()])
      const meant = `${scheme}://${rest ?? text}`
      return scheme !== undefined && meant !== text && readEndpoint(meant, {}) !== null ? meant : undefined
    },
    brief: (probe) => {
      const { written } = of(probe)
      return written.by === 'key' ? written.brief(probe) : written.write(probe).endpoint
    },
    commandOf: (probe) => {
      const { asked } = of(probe)
      return asked.from === 'inside' ? asked.command(probe) : null
    },
    balancerCheck: (probe) => of(probe).balancer?.(probe) ?? null,
  }
}

const schemeOf = (text: string): string | null => (URL.canParse(text) ? new URL(text).protocol.replace(/:$/, '') : null)

/** null: it names another machine than the instance itself, or no port. */
function apart(text: string, { schemes }: Pick<ByEndpoint<never>, 'schemes'>): Endpoint | null {
  const url = new URL(text)
  const scheme = url.protocol.replace(/:$/, '')
  const port = Number(url.port || (schemes[scheme] ?? Number.NaN))
  if (url.hostname !== 'localhost' && url.hostname !== '127.0.0.1') return null
  if (url.username + url.password + url.hash !== '' || !(port >= 1)) return null
  return { scheme, port, path: url.pathname + url.search }
}

/** `http(s)`, from the form of its endpoint, as what stands beside an option. */
const besides = ({ written }: ProbeKind): string =>
  written.by === 'endpoint'
    ? `${/^[aeiouh]/.test(written.form) ? 'an' : 'a'} ${written.form.split(':')[0] ?? ''} endpoint`
    : (Object.keys(written.key)[0] ?? '')

const orList = (all: readonly string[]): string =>
  all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`

function eachOnce(names: readonly string[]): void {
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw new Error(`two kinds of probes have ${twice}`)
}
