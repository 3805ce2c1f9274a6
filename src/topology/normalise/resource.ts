import type { EnvironmentValue, Expose, Healthcheck, Host, Release, Resource } from '../model.js'
import { opensNoPorts, runsContainersOnly } from '../hosts.js'
import { backup } from './backup.js'
import { healthcheck } from './health.js'
import { placement } from './placement.js'
import { secretReference } from './secret.js'
import type { FullDeclaration } from '../schema/topology.js'
import { list, mapValues, mebibytes, milliseconds, texts } from '../values.js'

type ResourceDeclaration = FullDeclaration['resources'][string]

/** A resource in normal form; `inherited` is the strategy's health check. */
export function resource(
  declared: ResourceDeclaration,
  hosts: Record<string, Host>,
  inherited: Healthcheck | null,
): Resource {
  const exposed = (declared.network?.expose ?? []).map(expose)
  const deploy = declared.deploy === undefined ? null : release(declared.deploy)
  return {
    type: declared.type,
    on: declared.on === undefined ? fitting(declared.type, hosts, exposed.length > 0) : list(declared.on),
    ...(declared.placement === undefined ? {} : { placement: placement(declared.placement) }),
    ...replicas(declared.replicas),
    image: declared.image,
    stateful: declared.stateful,
    ...(declared.replicate === undefined
      ? {}
      : {
          replicate: {
            to: list(declared.replicate.to),
            everyMs: milliseconds(declared.replicate.every),
            keep: declared.replicate.keep,
          },
        }),
    ...(declared.backup === undefined ? {} : { backup: backup(declared.backup) }),
    limits: {
      cpu: declared.limits?.cpu ?? null,
      memoryMiB: mebibytes(declared.limits?.memory),
      diskMiB: mebibytes(declared.limits?.disk),
    },
    ...(declared.config === undefined || Object.keys(declared.config).length === 0
      ? {}
      : { config: texts(declared.config) }),
    ...(declared.profiles === undefined ? {} : { profiles: declared.profiles }),
    ...(declared.volumes === undefined || Object.keys(declared.volumes).length === 0
      ? {}
      : {
          volumes: mapValues(declared.volumes, ({ path, size, pool }) => ({ path, pool, sizeMiB: mebibytes(size) })),
        }),
    expose: exposed,
    devices: mapValues(declared.devices ?? {}, texts),
    environment: mapValues(declared.environment ?? {}, environmentValue),
    deploy,
    healthcheck:
      declared.healthcheck === undefined ? served(deploy, exposed, inherited) : healthcheck(declared.healthcheck),
    dependsOn: list(declared.dependsOn ?? []),
  }
}

/** A number of instances that follows the load begins with the least. */
function replicas(declared: ResourceDeclaration['replicas'] = undefined): Pick<Resource, 'replicas' | 'scaling'> {
  if (typeof declared !== 'object') return { replicas: declared ?? null }
  const { min, max, target, coolDown } = declared
  const { cpu, requests = '' } = target
  return {
    replicas: min,
    scaling: {
      min,
      max,
      target:
        cpu === undefined
          ? { of: 'requests', value: Number.parseInt(requests, 10) }
          : { of: 'cpu', value: Number.parseInt(cpu, 10) },
      coolDownMs: milliseconds(coolDown),
    },
  }
}

/**
 * A host in memory runs no virtual machine, and one without a balancer opens no port: what names no host is not meant for one that
 * cannot have it.
 */
function fitting(type: Resource['type'], hosts: Record<string, Host>, exposes: boolean): string[] {
  const all = Object.keys(hosts)
  const able = all.filter(
    (name) => (type === 'container' || !runsContainersOnly(hosts[name])) && !(exposes && opensNoPorts(hosts[name])),
  )
  return able.length > 0 ? able : all
}

const served = (deploy: Release | null, exposed: Expose[], inherited: Healthcheck | null): Healthcheck | null =>
  deploy === null && exposed.length === 0 ? null : inherited

function expose(declared: NonNullable<NonNullable<ResourceDeclaration['network']>['expose']>[number]): Expose {
  const { port, protocol, sticky, certificate, pool } = declared
  return {
    port,
    as: declared.as ?? port,
    protocol,
    host: declared.host?.toLowerCase() ?? null,
    certificate: certificate ?? null,
    sticky,
    ...(pool === undefined ? {} : { pool }),
  }
}

function environmentValue(declared: NonNullable<ResourceDeclaration['environment']>[string]): EnvironmentValue {
  return typeof declared === 'object' ? { secret: secretReference(declared.secret) } : { value: String(declared) }
}

function release({ release, version, artifact, start, stop }: NonNullable<ResourceDeclaration['deploy']>): Release {
  return {
    release,
    version: version ?? null,
    artifact: artifact ?? null,
    start: commandLine(start),
    stop: commandLine(stop),
  }
}

/** The schema lets no quote or shell sign into a string, so spaces alone divide it. */
const commandLine = (command: string | string[] | undefined): string[] | null =>
  typeof command === 'string' ? command.split(/\s+/).filter((part) => part !== '') : (command ?? null)
