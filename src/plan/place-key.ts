/** Tells instances of all hosts apart. */
export const placeKey = ({ host, name }: { host: string; name: string }): string => `${host}/${name}`
