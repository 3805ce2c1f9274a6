import { loadClientConnectConfig } from '@temporalio/envconfig'
import { Cul8erError, messageOf } from '../errors.js'

/** A Temporal server: where it is, and with which certificates or key it lets us in. */
export interface Target {
  /** Of a client and of a worker alike. */
  connection: ReturnType<typeof loadClientConnectConfig>['connectionOptions'] & { address: string }
  namespace: string
}

/** Temporal's own variables, which its other tools read as well. */
export const isConfigured = (env: NodeJS.ProcessEnv): boolean =>
  [env.TEMPORAL_ADDRESS, env.TEMPORAL_PROFILE, env.TEMPORAL_CONFIG_FILE].some((value) => Boolean(value))

/**
 * What TEMPORAL_… and the profile that they name say (https://docs.temporal.io/develop/environment-configuration); `over` is
 * stronger.
 * @throws Cul8erError USAGE for a configuration file that cannot be read, or a profile that is not in it
 */
export function configuredTarget(env: NodeJS.ProcessEnv, over: { address?: string; namespace?: string } = {}): Target {
  const overrideEnvVars = Object.fromEntries(
    Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  )
  const { connectionOptions, namespace } = profileOf(overrideEnvVars)
  const address = over.address ?? connectionOptions.address ?? 'localhost:7233'
  return { connection: { ...connectionOptions, address }, namespace: over.namespace ?? namespace ?? 'default' }
}

function profileOf(overrideEnvVars: Record<string, string>): ReturnType<typeof loadClientConnectConfig> {
  try {
    return loadClientConnectConfig({ overrideEnvVars })
  } catch (cause) {
    const reason = messageOf(cause)
    throw new Cul8erError('USAGE', `the Temporal configuration cannot be used: ${reason}`, {
      hint: 'TEMPORAL_PROFILE names a profile in TEMPORAL_CONFIG_FILE, by default ~/.config/temporalio/temporal.toml',
      cause,
    })
  }
}
