import { besideTopology } from '../files/paths.js'
import { readRegular, Unreadable } from '../files/read-regular.js'
import { certified, type Certified } from '../plan/certificates.js'
import { problem, type Finding } from '../topology/problem.js'
import type { Topology } from '../topology/model.js'
import { checkPair, type Flaw, type Pair } from './check.js'

/** Most bytes of a file: a chain of many certificates has some 10 KiB. */
const LIMIT_BYTES = 64 * 1024

/** One entry's certificate as its files are now. */
export interface ReadCertificate {
  entry: Certified
  /** null: something is wrong with it. */
  pair: Pair | null
  /** With the place in the topology and the file. */
  problems: Finding[]
  /** Those of a file that is missing or not for this user to read: it may be readable elsewhere. */
  outOfReach: Finding[]
}

/**
 * Reads and checks the files of all certificates that a topology names.
 *
 * @param options.directory - the folder of the topology file
 */
export const readCertificates = (
  topology: Topology,
  options: { directory: string; now: Date },
): Promise<ReadCertificate[]> => Promise.all(certified(topology).map((entry) => readOne(entry, options)))

async function readOne(
  entry: Certified,
  { directory, now }: { directory: string; now: Date },
): Promise<ReadCertificate> {
  const { certificate, host } = entry.expose
  const paths = { cert: besideTopology(directory, certificate.cert), key: besideTopology(directory, certificate.key) }
  const finding = ({ file, found, allowed }: Flaw): Finding =>
    problem(placeOf(entry, file), `${found}: ${paths[file]}`, allowed)
  const [cert, key] = await Promise.all([read('cert', paths.cert), read('key', paths.key)])
  if (!('bytes' in cert) || !('bytes' in key)) {
    const failed = [cert, key].flatMap((each) => ('bytes' in each ? [] : [each]))
    const [away, wrong] = [failed.filter((each) => each.away), failed.filter((each) => !each.away)]
    return { entry, pair: null, problems: wrong.map(finding), outOfReach: away.map(finding) }
  }
  const checked = checkPair({ cert: cert.bytes, key: key.bytes, host, now })
  return 'pair' in checked
    ? { entry, pair: checked.pair, problems: [], outOfReach: [] }
    : { entry, pair: null, problems: checked.flaws.map(finding), outOfReach: [] }
}

const placeOf = ({ resource, index }: Certified, file: Flaw['file']): (string | number)[] => [
  'resources',
  resource,
  'network',
  'expose',
  index,
  'certificate',
  file,
]

const AWAY = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM']

async function read(file: Flaw['file'], path: string): Promise<{ bytes: Buffer } | (Flaw & { away: boolean })> {
  try {
    return { bytes: await readRegular(path, LIMIT_BYTES) }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    const { message, code } = error
    const allowed = `a PEM file of at most ${LIMIT_BYTES} bytes that is readable`
    return { file, found: `a file that ${message}`, allowed, away: code !== null && AWAY.includes(code) }
  }
}
