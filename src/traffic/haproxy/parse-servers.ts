/** One line of `show servers state`. */
export interface RuntimeServer {
  pool: string
  name: string
  address: string
  port: number
  weight: number
  /** Takes no new session, by maintenance or drain. */
  drained: boolean
}

/** Reads `show servers state` (format 1), among other answers. */
export function parseServers(text: string): RuntimeServer[] {
  const lines = text.split('\n')
  const header = lines.find((line) => line.startsWith('# be_id '))
  if (header === undefined) return []
  const columns = header.slice(2).split(' ')
  const at = (name: string): number => columns.indexOf(name)
  return lines
    .map((line) => line.split(' '))
    .filter((fields) => fields.length === columns.length && /^\d+$/.test(fields[0] ?? ''))
    .map((fields) => ({
      pool: fields[at('be_name')] ?? '',
      name: fields[at('srv_name')] ?? '',
      address: fields[at('srv_addr')] ?? '',
      port: Number(fields[at('srv_port')]),
      weight: Number(fields[at('srv_uweight')]),
      drained: (Number(fields[at('srv_admin_state')]) & OUT_OF_ROTATION) !== 0,
    }))
}

// enum srv_admin in HAProxy's server-t.h: forced, inherited and resolution maintenance; forced and inherited drain.
const OUT_OF_ROTATION = 0x01 | 0x02 | 0x20 | 0x08 | 0x10
