import * as z from 'zod'
import { DEFAULTS } from '../defaults.js'
import { secretValue } from './secret.js'
import { duration, section, whole } from './words.js'

const TO = 'an absolute folder of the worker such as /var/backups/shop, file:///var/backups/shop, or s3://bucket/prefix'

/** A folder, or a bucket with or without a prefix. */
const target = () =>
  z
    .string({ error: TO })
    .max(1_024, { error: TO })
    .refine((text) => backupTarget(text) !== null, { error: TO })

const ENDPOINT = "an https URL such as 'https://s3.example.com', or an http URL on this machine"

/** Requests are signed, but what they carry besides the data (names, sizes) is not for everybody on the way. */
export const isEndpoint = (url: string): boolean => {
  if (url.length > 1_024 || !URL.canParse(url)) return false
  const { protocol, hostname, username, password, search, hash } = new URL(url)
  if (username + password + search + hash !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname))
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** `s3://bucket/prefix` and folders, taken apart; null: neither. */
export function backupTarget(
  text: string,
): { kind: 'folder'; path: string } | { kind: 's3'; bucket: string; prefix: string } | null {
  const s3 = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:\/[A-Za-z0-9._-]+)*)\/?$/.exec(text)
  if (s3 !== null) {
    const [, bucket = '', prefix = ''] = s3
    return prefix.split('/').some(isDots) ? null : { kind: 's3', bucket, prefix: prefix.slice(1) }
  }
  const path = text.startsWith('file:///') ? text.slice('file://'.length) : text
  if (!/^(?:\/[^/\p{Cc}]+)+\/?$/u.test(path) || path.split('/').some(isDots)) return null
  return { kind: 'folder', path: path.replace(/\/$/, '') }
}

const isDots = (part: string): boolean => part === '.' || part === '..'

/** How an S3-compatible storage is reached. */
const s3 = section({
  endpoint: z
    .string({ error: ENDPOINT })
    .refine(isEndpoint, { error: ENDPOINT })
    .describe('URL of the storage; buckets are its first path segment'),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, { error: 'a region such as eu-central-1' })
    .default(DEFAULTS.s3Region)
    .describe('Region that requests are signed for'),
  accessKey: secretValue.describe('Secret with the access key id'),
  secretKey: secretValue.describe('Secret with the secret access key'),
})

/** Encrypted backups of what a resource holds. */
export const backup = section({
  to: target().describe('Folder on the machine of the worker, or `s3://bucket/prefix`'),
  every: duration().default(DEFAULTS.backupEvery).describe('Time from one backup to the next, at least 1m'),
  keep: whole(1, 1_000).default(DEFAULTS.backupKeep).describe('How many backups of each instance stay'),
  key: secretValue.describe('Secret with the key that encrypts them: 32 bytes in base64 (`openssl rand -base64 32`)'),
  s3: s3.optional().meta({ defaultText: 'none', description: 'How the storage of `s3://` is reached' }),
})
