/** One block of a PEM file. */
export interface PemBlock {
  /** What stands after BEGIN: `CERTIFICATE`, `RSA PRIVATE KEY`. */
  label: string
  /** With its first and last line, lines ended by `\n`. */
  text: string
}

/** The mark that editors of Windows begin a file with, its bytes as letters. */
const BOM = /^\u00EF\u00BB\u00BF/

/**
 * The blocks of a PEM file in their order (RFC 7468); text between them is left out.
 *
 * @param file - its bytes as letters (latin1)
 */
export const pemBlocks = (file: string): PemBlock[] =>
  [...file.replace(BOM, '').matchAll(/^-----BEGIN ([A-Z0-9 ]+)-----\s[^]*?^-----END \1-----/gm)].map(
    ([text, label = '']) => ({
      label,
      text: `${text.replaceAll(/\r\n?/g, '\n').trim()}\n`,
    }),
  )

export const isCertificate = ({ label }: PemBlock): boolean => label === 'CERTIFICATE'

export const isPrivateKey = ({ label }: PemBlock): boolean => label.endsWith('PRIVATE KEY')

/** A key behind a passphrase, in either of the two ways that it is written. */
export const isEncrypted = ({ label, text }: PemBlock): boolean =>
  label === 'ENCRYPTED PRIVATE KEY' || /^Proc-Type: *4, *ENCRYPTED/m.test(text)
