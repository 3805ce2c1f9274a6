import * as z from 'zod'
import { Cul8erError } from '../errors.js'
import { CORDON_KEY, parseCordon, type Cordon } from './cordon.js'

/**
 * JSON from Incus into a typed value; keys that the schema does not name are left out, so a newer Incus is no error.
 * @throws Cul8erError INCUS naming the command and the first place that does not fit
 */
export function parseJson<T>(command: string, schema: z.ZodType<T>, text: string): T {
  const found = schema.safeParse(fromJson(command, text))
  if (found.success) return found.data
  const issue = found.error.issues[0]
  throw unreadable(
    command,
    issue === undefined ? '' : ` at ${issue.path.join('.') || 'the top level'}: ${issue.message}`,
  )
}

function fromJson(command: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw unreadable(command, `: ${JSON.stringify(text.slice(0, 80))} is not JSON`)
  }
}

const unreadable = (command: string, where: string): Cul8erError =>
  new Cul8erError('INCUS', `${command} printed output that cul8er cannot parse${where}`, {
    hint: 'cul8er is tested with Incus 6.0; `incus version` tells which one this is',
  })

/** An image of the host; `aliases` is empty when it is known by its fingerprint alone. */
export interface IncusImage {
  fingerprint: string
  aliases: string[]
  type: 'container' | 'virtual-machine'
  /** Such as `x86_64`; empty: it does not say. */
  architecture: string
  /** Its alias on the image server that it came from; null: from none. */
  source: string | null
  /** Bytes. */
  size: number
  properties: Record<string, string>
  /** ISO time of its making, as the image itself says. */
  createdAt: string
  /** ISO time. */
  uploadedAt: string
}

const image = z.object({
  fingerprint: z.string(),
  aliases: z.array(z.object({ name: z.string() })).nullish(),
  type: z.enum(['container', 'virtual-machine']),
  architecture: z.string().default(''),
  size: z.number(),
  properties: z.record(z.string(), z.string()).nullish(),
  created_at: z.string(),
  uploaded_at: z.string(),
  update_source: z.object({ alias: z.string() }).nullish(),
})

/** @throws Cul8erError INCUS */
export const parseImages = (text: string): IncusImage[] =>
  parseJson('incus image list', z.array(image), text).map((found) => ({
    fingerprint: found.fingerprint,
    aliases: (found.aliases ?? []).map(({ name }) => name),
    type: found.type,
    architecture: found.architecture,
    size: found.size,
    properties: found.properties ?? {},
    createdAt: found.created_at,
    uploadedAt: found.uploaded_at,
    source: found.update_source?.alias ?? null,
  }))

export interface IncusServer {
  version: string
  name: string
  /** `lxc`, `qemu`. */
  drivers: string[]
  containers: boolean
  vms: boolean
  architectures: string[]
  /** Such as `Debian GNU/Linux 12`. */
  os: string
  /** Whether the caller may do more than look. */
  trusted: boolean
  /** null: new instances may be put there. */
  cordoned: Cordon | null
}

const server = z.object({
  auth: z.string().default('trusted'),
  config: z.record(z.string(), z.unknown()).nullish(),
  environment: z.object({
    server_version: z.string(),
    server_name: z.string().default(''),
    driver: z.string(),
    architectures: z.array(z.string()).default([]),
    os_name: z.string().default(''),
    os_version: z.string().default(''),
  }),
})

/** Reads `incus query /1.0`: a host runs VMs when `qemu` is among its drivers. @throws Cul8erError INCUS */
export function parseServer(text: string): IncusServer {
  const { auth, config, environment } = parseJson('incus query /1.0', server, text)
  const written = config?.[CORDON_KEY]
  const drivers = environment.driver.split('|').map((driver) => driver.trim())
  return {
    version: environment.server_version,
    name: environment.server_name,
    drivers,
    containers: drivers.includes('lxc'),
    vms: drivers.includes('qemu'),
    architectures: environment.architectures,
    os: `${environment.os_name} ${environment.os_version}`.trim(),
    trusted: auth === 'trusted',
    cordoned: parseCordon(typeof written === 'string' ? written : ''),
  }
}
