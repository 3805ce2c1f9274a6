const BARE = /^([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?$/

/** `web`, `10.0.0.1:2222`, `[2001:db8::1]`: a machine by its name or address alone; null when it is none. */
export function parseBare(address: string): { host: string; port: number | null } | null {
  const [whole, host = '', port] = BARE.exec(address) ?? []
  return whole === undefined ? null : { host, port: port === undefined ? null : Number(port) }
}

/** Whether TCP has such a port. */
export const isPort = (port: number): boolean => port >= 1 && port <= 65_535
