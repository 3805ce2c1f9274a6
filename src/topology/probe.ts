import type { Probe } from './model.js'

/** What `parseEndpoint` understands, for error texts. */
export const ENDPOINTS = "'http(s)://localhost:PORT/path' or 'tcp://localhost:PORT' (localhost is the instance itself)"

/** A health check's endpoint as a probe; null when it is none or names another machine than the instance itself. */
export function parseEndpoint(endpoint: string, expectedStatus: number | null = null): Probe | null {
  if (!URL.canParse(endpoint)) return null
  const url = new URL(endpoint)
  const port = Number(url.port || { 'http:': 80, 'https:': 443 }[url.protocol])
  if (url.hostname !== 'localhost' && url.hostname !== '127.0.0.1') return null
  if (url.username + url.password + url.hash !== '' || !(port >= 1)) return null
  if (url.protocol === 'tcp:') return /^\/?$/.test(url.pathname + url.search) ? { kind: 'tcp', port } : null
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null
  const scheme = url.protocol === 'http:' ? 'http' : 'https'
  return { kind: 'http', scheme, port, path: url.pathname + url.search, expectedStatus }
}

/** The endpoint that `parseEndpoint` reads back as this probe. */
export function formatEndpoint(probe: Exclude<Probe, { kind: 'command' }>): string {
  return probe.kind === 'tcp'
    ? `tcp://localhost:${probe.port}`
    : `${probe.scheme}://localhost:${probe.port}${probe.path}`
}
