import { isIP } from 'node:net'
import { Cul8erError } from '../errors.js'

/** Where artifacts are served. */
export interface ListenAt {
  host: string
  port: number
}

/**
 * `8235`, `192.0.2.1:8235`, `[::]:8235`; without an address it is loopback.
 * @throws Cul8erError USAGE for anything else
 */
export function parseListen(text: string): ListenAt {
  const [, bracketed, plain, digits] = /^(?:(?:\[([^\]]+)\]|([^:]+)):)?(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain ?? '127.0.0.1'
  const port = Number(digits)
  if (digits !== undefined && port <= 65_535 && (isIP(host) !== 0 || host === 'localhost')) return { host, port }
  throw new Cul8erError('USAGE', `${JSON.stringify(text)} is no address to listen at`, {
    hint: 'expected PORT for loopback alone, or ADDRESS:PORT, such as 192.0.2.1:8235',
  })
}

/** Whether only this machine reaches it. */
export const isLoopback = ({ host }: ListenAt): boolean => host === 'localhost' || host === '::1' || /^127\./.test(host)
