/** One block of a PEM file. */
export interface PemBlock {
  /** What stands after BEGIN: `CERTIFICATE`, `RSA PRIVATE KEY`. */
  label: string
  /** With its first and last line, lines ended by `\n`. */
  text: string
}

/** The blocks of a PEM file in their order (RFC 7468); text between them is left out. */
export const pemBlocks = (file: string): PemBlock[] =>
  [...file.matchAll(/^-----BEGIN ([A-Z0-9 ]+)-----\s[^]*?^-----END \1-----/gm)].map(([text, label = '']) => ({
    label,
    text: `${text.replaceAll(/\r\n?/g, '\n').trim()}\n`,
  }))

export const isCertificate = ({ label }: PemBlock): boolean =>
  label === 'CERTIFICATE' || label === 'X509 CERTIFICATE' || label === 'TRUSTED CERTIFICATE'

export const isPrivateKey = ({ label }: PemBlock): boolean => label.endsWith('PRIVATE KEY')

/** A key behind a passphrase, in either of the two ways that it is written. */
export const isEncrypted = ({ label, text }: PemBlock): boolean =>
  label === 'ENCRYPTED PRIVATE KEY' || /^Proc-Type: *4, *ENCRYPTED/m.test(text)
