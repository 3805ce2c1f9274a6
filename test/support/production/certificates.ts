import { join } from 'node:path'
import { openssl } from '../certificates.js'

/** Files of a certificate and its key. */
export interface CertificateFiles {
  cert: string
  key: string
}

export interface Certificates {
  /** The authority that signed both. */
  ca: string
  server: CertificateFiles
  client: CertificateFiles
}

/** An authority of a test's own, and what it signed for a server on loopback and for its clients. */
export function makeCertificates(folder: string): Certificates {
  const make = (name: string, ...more: string[]): CertificateFiles => {
    const files = { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) }
    openssl([...REQUEST, '-subj', `/CN=${name}`, ...more, '-keyout', files.key, '-out', files.cert])
    return files
  }
  const ca = make('ca', '-addext', 'basicConstraints=critical,CA:TRUE')
  const signed = ['-CA', ca.cert, '-CAkey', ca.key, '-addext', 'basicConstraints=CA:FALSE', '-addext', NAMES]
  return { ca: ca.cert, server: make('server', ...signed), client: make('client', ...signed) }
}

const REQUEST = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'.split(' ')
const NAMES = 'subjectAltName=DNS:localhost,IP:127.0.0.1'
