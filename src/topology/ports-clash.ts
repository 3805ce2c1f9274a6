import type { Expose } from './model.js'

/** Whether two entries cannot both have what they expose on one public port: it has one protocol, and of HTTP each host name once. */
export const portsClash = (one: Pick<Expose, 'protocol' | 'host'>, other: typeof one): boolean =>
  one.protocol === 'tcp' || one.protocol !== other.protocol || nameOf(one) === nameOf(other)

/** In whatever case it is written. */
const nameOf = ({ host }: Pick<Expose, 'host'>): string => host?.toLowerCase() ?? ''
