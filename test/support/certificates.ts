import { execFileSync } from 'node:child_process'

/** A certificate with its key, PEM. */
export interface Made {
  cert: string
  key: string
}

export interface Wanted {
  /** Host names; default `app.example.com`. */
  names?: string[]
  /** Common name; default `test`. */
  common?: string
  days?: number
  /** As `openssl req -newkey` takes it; default an EC key. */
  newkey?: string[]
}

const EC = ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']

/** A self-signed certificate, valid from now. */
export function makeCertificate({
  names = ['app.example.com'],
  common = 'test',
  days = 90,
  newkey = EC,
}: Wanted = {}): Made {
  const alternative = names.map((name) => `DNS:${name}`).join(',')
  const out = openssl([
    ...['req', '-x509', '-newkey', ...newkey, '-nodes', '-days', String(days), '-subj', `/CN=${common}`],
    ...(names.length === 0 ? [] : ['-addext', `subjectAltName=${alternative}`]),
    ...['-keyout', '-', '-out', '-'],
  ])
  const at = out.indexOf('-----BEGIN CERTIFICATE')
  return { key: out.slice(0, at), cert: out.slice(at) }
}

/** What openssl prints; what goes in comes by standard input. */
export const openssl = (args: string[], input?: string): string =>
  execFileSync('openssl', args, {
    ...(input === undefined ? {} : { input }),
    encoding: 'utf8',
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'ignore'],
  })
