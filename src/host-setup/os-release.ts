/** What a machine says of its operating system. */
export interface OsRelease {
  /** `debian`, `ubuntu`, `arch`; empty: it does not say. */
  id: string
  /** Those that it is derived from. */
  like: string[]
  /** `12`, `24.04`; empty where there are none, as on Arch. */
  version: string
  /** `bookworm`; empty: none. */
  codename: string
  /** For people. */
  name: string
}

/** Reads /etc/os-release: words of a shell, each in quotes or not. */
export function readOsRelease(text: string): OsRelease {
  const values = new Map(
    text
      .slice(0, LONGEST)
      .split('\n')
      .flatMap((line): [string, string][] => {
        const [, key, value] = /^([A-Z_]+)=(.*)$/.exec(line.trim()) ?? []
        return key === undefined || value === undefined ? [] : [[key, value.replace(/^(["'])(.*)\1$/, '$2')]]
      }),
  )
  const of = (key: string): string => values.get(key) ?? ''
  return {
    id: of('ID'),
    like: of('ID_LIKE').split(' ').filter(Boolean),
    version: of('VERSION_ID'),
    codename: of('VERSION_CODENAME'),
    name: of('PRETTY_NAME') || of('NAME') || of('ID') || 'an unknown operating system',
  }
}

/** Characters; it has some hundreds. */
const LONGEST = 16_000
