import { parseArgs } from 'node:util'
import type { IncusCommand } from '../incus/command.js'

/** A request to the REST API that Incus carries out in the background. */
export interface RestRequest {
  method: 'POST' | 'PUT'
  path: string
  body: Record<string, unknown>
}

/**
 * What the client asks for when it launches: to create the instance, then to start it. In one request Incus would remove what does not
 * start, and with it the log that says why. null: what the client has to work out first, such as an image of a remote or an override of a
 * profile's device, or another command altogether.
 */
export function launchRequests({ args: [verb, ...args], stdin }: IncusCommand): RestRequest[] | null {
  if (verb !== 'launch') return null
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true, strict: false })
  const { quiet: _, project, description, profile, config = [], ...more } = values
  const [image = '', name = ''] = positionals
  // A remote's image is named with a colon; an instance of another remote would be, too.
  if (Object.keys(more).length > 0 || positionals.length !== 2 || [image, name].some((word) => word.includes(':')))
    return null
  const within = project === undefined ? '' : `?project=${encodeURIComponent(String(project))}`
  const create = {
    name,
    type: 'container',
    source: { type: 'image', alias: image },
    config: Object.fromEntries(config.map((word) => keyAndValue(String(word)))),
    ...(description === undefined ? {} : { description }),
    ...(profile === undefined ? {} : { profiles: profile }),
    ...(stdin instanceof Uint8Array ? (JSON.parse(new TextDecoder().decode(stdin)) as object) : {}),
  }
  return [
    { method: 'POST', path: `/1.0/instances${within}`, body: create },
    {
      method: 'PUT',
      path: `/1.0/instances/${encodeURIComponent(name)}/state${within}`,
      body: { action: 'start', timeout: -1 },
    },
  ]
}

const OPTIONS = {
  quiet: { type: 'boolean' },
  project: { type: 'string' },
  description: { type: 'string' },
  profile: { type: 'string', multiple: true },
  config: { type: 'string', short: 'c', multiple: true },
} as const

function keyAndValue(word: string): [key: string, value: string] {
  const end = word.indexOf('=')
  return [word.slice(0, end), word.slice(end + 1)]
}
