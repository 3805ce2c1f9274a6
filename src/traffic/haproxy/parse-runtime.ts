import { CERTIFICATES_MAP, isCertificateName } from './certificates.js'
import { DESCRIPTION } from './global.js'
import { ROUTES_MAP } from './routes-map.js'
import { parseServers, type RuntimeServer } from './parse-servers.js'

/** What a running HAProxy says of itself. */
export interface Runtime {
  pid: number
  /** Digest of what it has loaded. */
  skeleton: string
  servers: RuntimeServer[]
  map: Record<string, string>
  /** Name of a route's certificate -> that of the PEM text that it serves. */
  certificates: Record<string, string>
}

/** Runtime commands whose answers, in one piece, parseRuntime reads. */
export const RUNTIME_QUESTIONS = `show info; show servers state; show map ${ROUTES_MAP}; show map ${CERTIFICATES_MAP}`

/** null: nobody answered. */
export function parseRuntime(text: string): Runtime | null {
  const pid = /^Pid: (\d+)$/m.exec(text)?.[1]
  if (pid === undefined) return null
  const [map, certificates] = [false, true].map((wanted) =>
    Object.fromEntries(Object.entries(parseMap(text)).filter(([key]) => isCertificateName(key) === wanted)),
  )
  return {
    pid: Number(pid),
    skeleton: new RegExp(`^description: ${DESCRIPTION} (\\S+)$`, 'm').exec(text)?.[1] ?? '',
    servers: parseServers(text),
    map: map ?? {},
    certificates: certificates ?? {},
  }
}

/** Reads `show map`: a pointer, the key, the value. */
function parseMap(text: string): Record<string, string> {
  const entries = text.matchAll(/^0x[0-9a-f]+ (\S+) (\S+)$/gm)
  return Object.fromEntries([...entries].map(([, key, value]) => [key ?? '', value ?? '']))
}
