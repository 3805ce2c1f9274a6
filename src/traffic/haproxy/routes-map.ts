/** The map from port and host name to pool: its file, relative to the configuration, is its name on the runtime socket too. */
export const ROUTES_MAP = 'routes.map'

/** `<as>/<host>`; `*` when the port answers for any host. One map for all ports, so that one commit switches them together. */
export const mapKey = (as: number, host: string | null): string => `${as}/${host === null ? '*' : host.toLowerCase()}`
