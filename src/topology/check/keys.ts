import { describe, problem, type Finding, type Path } from '../problem.js'
import { CONFIG_KEY, DEVICE, DEVICE_KEY, VOLUME } from '../schema/resource.js'
import { LABEL } from '../schema/placement.js'
import { VARIABLE } from '../schema/secret.js'
import { OPTION } from '../schema/topology.js'
import { NAME, type KeyRule } from '../schema/words.js'
import { entriesAt, type Draft } from './draft.js'

/** Keys of the user's own choosing that are not spelled as they must be. */
export function checkKeys({ raw, hosts, resources }: Draft): Finding[] {
  return [
    ...keys(raw, ['hosts'], NAME),
    ...keys(raw, ['resources'], NAME),
    ...keys(raw, ['cluster', 'discovery', 'options'], OPTION),
    ...hosts.flatMap((name) => keys(raw, ['hosts', name, 'labels'], LABEL)),
    ...resources.flatMap((name) => {
      const devices = ['resources', name, 'devices']
      return [
        ...keys(raw, ['resources', name, 'environment'], VARIABLE),
        ...keys(raw, ['resources', name, 'config'], CONFIG_KEY),
        ...keys(raw, ['resources', name, 'volumes'], VOLUME),
        ...['require', 'prefer'].flatMap((key) => keys(raw, ['resources', name, 'placement', key, 'labels'], LABEL)),
        ...keys(raw, devices, DEVICE),
        ...entriesAt(raw, devices).flatMap(([device]) => keys(raw, [...devices, device], DEVICE_KEY)),
      ]
    }),
  ]
}

const keys = (raw: unknown, path: Path, { pattern, words }: KeyRule): Finding[] =>
  entriesAt(raw, path)
    .filter(([key]) => !pattern.test(key))
    .map(([key]) => problem([...path, key], `the name ${describe(key)}`, words))
