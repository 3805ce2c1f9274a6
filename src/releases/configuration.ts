import type { InstanceSpec } from '../plan/model.js'
import { checkVariable, envFile } from './env-file.js'
import { openrcService, systemdUnit } from './units.js'
import { runScript } from './run-script.js'
import { serviceName } from './names.js'

/**
 * What `cul8er-configure` reads, and `cul8er-install` ahead of the tarball: one `KIND KEY BASE64` a line, so that a shell can take it
 * apart; `end` proves that it is whole.
 */
export function encodeConfiguration(
  spec: InstanceSpec,
  secrets: ReadonlyMap<string, string>,
  stopSeconds: number,
): Uint8Array {
  for (const [name, value] of [...Object.entries(spec.environment), ...secrets]) checkVariable(spec.name, name, value)
  const lines = [
    line('env', '-', envFile(spec.environment)),
    ...[...secrets].map(([name, value]) => line('secret', name, value)),
    ...(spec.release === null ? [] : releaseLines(serviceName(spec), spec.release, stopSeconds)),
    'end - -',
  ]
  return new TextEncoder().encode(`${lines.join('\n')}\n`)
}

const releaseLines = (name: string, release: NonNullable<InstanceSpec['release']>, stopSeconds: number): string[] => [
  line('run', '-', runScript({ name, start: release.start ?? [`bin/${name}`, 'start'], stop: release.stop })),
  line('unit', 'systemd', systemdUnit({ name, stopSeconds, hasStop: release.stop !== null })),
  line('unit', 'openrc', openrcService({ name, stopSeconds, hasStop: release.stop !== null })),
]

const line = (kind: string, key: string, text: string): string =>
  `${kind} ${key} ${Buffer.from(text).toString('base64')}`
