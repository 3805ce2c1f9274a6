import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import writeFileAtomic from 'write-file-atomic'
import { Cul8erError } from '../../../errors.js'
import { minimalEnvironment } from '../../client.js'
import { remoteNamed, urlOf, type Remote } from './remote.js'

/*
 * The configuration folder of the Incus client that cul8er has of its own: a client certificate, the certificates of the servers that
 * somebody accepted, and a list of remotes that is made of them.
 */

/** What shows a server who asks, both PEM. */
export interface Identity {
  cert: string
  key: string
}

export const remotesFolder = (home: string): string => join(home, 'incus')

/** The certificate of the server that was accepted, PEM; null: none was. */
export const acceptedCertificate = (folder: string, { name }: Remote): Promise<string | null> =>
  readIfAny(certificateFile(folder, name))

/** The client's certificate and key; null: they were not made yet. */
export async function readIdentity(folder: string): Promise<Identity | null> {
  const [cert, key] = await Promise.all([readIfAny(join(folder, CLIENT_CERT)), readIfAny(join(folder, CLIENT_KEY))])
  return cert === null || key === null ? null : { cert, key }
}

/**
 * Makes the client's certificate and key, unless they are there.
 * @throws Cul8erError UNREACHABLE without an Incus client, INCUS when it makes none
 */
export async function ensureIdentity(folder: string, client = 'incus'): Promise<Identity> {
  await mkdir(join(folder, ACCEPTED), { recursive: true, mode: 0o700 })
  const found = await readIdentity(folder)
  if (found !== null) return found
  const { exitCode, stderr } = await execa(client, ['remote', 'generate-certificate'], {
    env: { ...minimalEnvironment(), INCUS_CONF: folder, INCUS_REMOTE: 'local' },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: GENERATE_MS,
  })
  const made = await readIdentity(folder)
  if (made !== null) return made
  if (exitCode === undefined)
    throw new Cul8erError('UNREACHABLE', `${client} is not installed on this machine`, {
      hint: 'hosts with an https address need the Incus client where cul8er runs; `cul8er doctor` shows what is missing',
    })
  throw new Cul8erError('INCUS', `the Incus client did not make a certificate: ${String(stderr).trim()}`)
}

/** Accepts a server by its certificate, in place of an earlier one. */
export async function accept(folder: string, { name }: Remote, certificate: string): Promise<void> {
  await mkdir(join(folder, ACCEPTED), { recursive: true, mode: 0o700 })
  await replace(certificateFile(folder, name), certificate)
  await writeConfig(folder)
}

/** Writes the list of remotes again when the remote is missing in it: two that accepted at the same time may have lost one. */
export async function ensureListed(folder: string, { name }: Remote): Promise<void> {
  const config = await readIfAny(join(folder, CONFIG))
  if (config === null || !config.includes(JSON.stringify(name))) await writeConfig(folder)
}

const ACCEPTED = 'servercerts'
const CLIENT_CERT = 'client.crt'
const CLIENT_KEY = 'client.key'
const CONFIG = 'config.yml'
/** ms; it takes 20. */
const GENERATE_MS = 60_000

const certificateFile = (folder: string, name: string): string => join(folder, ACCEPTED, `${name}.crt`)

async function writeConfig(folder: string): Promise<void> {
  const names = (await readdir(join(folder, ACCEPTED))).flatMap((file) => /^(.+)\.crt$/.exec(file)?.[1] ?? [])
  const remotes = names.flatMap((name): [string, object][] => {
    const remote = remoteNamed(name)
    return remote === null ? [] : [[name, { addr: urlOf(remote), protocol: 'incus', auth_type: 'tls', public: false }]]
  })
  const listed = Object.fromEntries<object>([...remotes, ['images', IMAGES]])
  const config = { 'default-remote': 'local', remotes: listed, aliases: {} }
  // YAML, of which JSON is a part.
  await replace(join(folder, CONFIG), JSON.stringify(config, null, 2))
}

/** As the client has it where nothing is configured. */
const IMAGES = { addr: 'https://images.linuxcontainers.org', protocol: 'simplestreams', public: true }

/** Whole at any time: workers read it meanwhile. */
const replace = (file: string, text: string): Promise<void> => writeFileAtomic(file, text, { mode: 0o600 })

async function readIfAny(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
