/** Of whoever logs in. */
export interface Surroundings {
  home: string
  /** The name of the user of this machine. */
  user: string
  env: Readonly<Record<string, string | undefined>>
}

/** A path of OpenSSH's configuration: `~`, `${VARIABLE}` and the tokens that are known (ssh_config(5), TOKENS). */
export function expanded(
  written: string,
  { home, env, known }: Pick<Surroundings, 'home' | 'env'> & { known: Readonly<Record<string, string>> },
): string {
  const fromHome = written === '~' || written.startsWith('~/') ? `${home}${written.slice(1)}` : written
  return tokens(
    fromHome.replaceAll(/\$\{([A-Za-z_]\w*)\}/g, (_, name: string) => env[name] ?? ''),
    known,
  )
}

/** `%h` and the like; one that is not known stays as it is. */
export const tokens = (written: string, known: Readonly<Record<string, string>>): string =>
  written.replaceAll(/%(.)/g, (whole, letter: string) => (letter === '%' ? '%' : (known[letter] ?? whole)))
