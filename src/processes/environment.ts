/** What any program needs to find others, its user's files, and the language of its texts. */
const COMMAND = ['PATH', 'HOME', 'LANG'] as const

/** What a server of the user's needs besides: whose it is, the clock's zone, where to put temporary files. */
const SERVER = [...COMMAND, 'USER', 'LOGNAME', 'TMPDIR', 'TZ'] as const

/**
 * What the embedded service needs besides: its own settings, where Incus and Temporal are, the way out of the machine (the Incus
 * client, metrics), and the agent that its worker logs in to hosts with.
 */
const SERVICE = [
  ...SERVER,
  ...['INCUS_CONF', 'INCUS_DIR', 'INCUS_SOCKET', 'TEMPORAL_CLI', 'SSH_AUTH_SOCK'],
  ...['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'],
] as const
const SERVICE_PREFIXES = ['CUL8ER_', 'XDG_'] as const

export type Environment = Record<string, string>

/**
 * Of a command that a topology names, of a secret or of an analysis. What it needs besides, it says itself:
 * `env VAULT_ADDR=… vault kv get …`.
 */
export const commandEnvironment = (env: NodeJS.ProcessEnv): Environment => only(env, COMMAND)

/** Of the Temporal server, which gets none of our keys. */
export const serverEnvironment = (env: NodeJS.ProcessEnv): Environment => only(env, SERVER)

/**
 * Of the supervisor and its worker. They outlive the shell that happened to start them, and serve others: what that shell held,
 * such as secrets of one topology, is not theirs.
 */
export const serviceEnvironment = (env: NodeJS.ProcessEnv): Environment => ({
  ...only(env, SERVICE),
  ...only(
    env,
    Object.keys(env).filter((name) => SERVICE_PREFIXES.some((prefix) => name.startsWith(prefix))),
  ),
})

/** The same for a unit, which starts it when nobody is logged in: an agent of that moment would be gone. */
export function unitEnvironment(env: NodeJS.ProcessEnv): Environment {
  const { SSH_AUTH_SOCK: _, ...rest } = serviceEnvironment(env)
  return rest
}

const only = (env: NodeJS.ProcessEnv, names: readonly string[]): Environment =>
  Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
