import { Cul8erError } from '../../../errors.js'

/* What is said of a host with an https address that is not used, or does not let itself be used. `host`: its name and address. */

export const notAdded = (host: HostWords): Cul8erError =>
  new Cul8erError('HOST_NOT_TRUSTED', `${inWords(host)} has not been added: its certificate is unknown`, {
    hint: `on the machine of the worker, run cul8er hosts add ${host.name}`,
  })

export const certificateChanged = (host: HostWords, found: string, accepted: string): Cul8erError =>
  new Cul8erError(
    'HOST_KEY_CHANGED',
    `${inWords(host)} shows another certificate: fingerprint ${found}, accepted was ${accepted}`,
    {
      hint: `somebody may be in between; if the host was reinstalled, compare with \`incus info\` there and run cul8er hosts add ${host.name} --fingerprint ${found}`,
      details: { found, accepted },
    },
  )

export const notTrustedThere = (host: HostWords): Cul8erError =>
  new Cul8erError('PERMISSION', `${inWords(host)} does not trust this client`, {
    hint: `on the host, run \`incus config trust add cul8er\`, then here cul8er hosts add ${host.name} --token-file FILE with the token that it prints`,
  })

/** What the way to the host says, with its name. */
export const unreachable = (host: HostWords, cause: Cul8erError): Cul8erError =>
  new Cul8erError(cause.code, `${inWords(host)} cannot be reached: ${cause.message}`, {
    hint: 'is it up, and does its Incus listen there (`incus config get core.https_address` on the host)?',
    ...(cause.details === undefined ? {} : { details: cause.details }),
    cause,
  })

export interface HostWords {
  name: string
  address: string
}

const inWords = ({ name, address }: HostWords): string =>
  name === address ? `host ${address}` : `host ${name} (${address})`
