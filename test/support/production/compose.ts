import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** What docker-compose.yml says of a service, as far as tests ask. */
export interface ComposeService {
  image: string
  build?: { context: string; dockerfile: string }
  depends_on?: Record<string, { condition: string }>
  environment?: Record<string, string>
  volumes?: string[]
  ports?: string[]
  network_mode?: string
  entrypoint?: string[]
}

/** @throws where a variable that it demands has no value */
export function readCompose(values: Record<string, string>): Record<string, ComposeService> {
  const text = readFileSync(new URL('../../../docker-compose.yml', import.meta.url), 'utf8')
  const { services } = parse(interpolated(text, values), { merge: true }) as {
    services: Record<string, ComposeService>
  }
  return services
}

/** `${NAME:?why}` becomes the value, and so does `${NAME:-otherwise}` where there is one, as Compose does it. */
function interpolated(text: string, values: Record<string, string>): string {
  return text.replace(/\$\{(\w+)(?::([?-])([^}]*))?\}/g, (_all, name: string, how = '?', what = '') => {
    const value = values[name]
    if (value !== undefined && value !== '') return value
    if (how === '-') return String(what)
    throw new Error(`${name} is missing: ${String(what)}`)
  })
}
