import type { EmulatedHost } from '../host.js'
import type { Answer, Input } from '../model.js'
import type { Words } from '../words.js'
import { getConfig, setConfig, showConfig, unsetConfig } from './config.js'
import { copy, move, rename } from './copy.js'
import { create, launch, remove } from './create.js'
import { addDevice, overrideDevice, removeDevice, setDevice } from './devices.js'
import { exec, halfExec } from './exec.js'
import { pull, push } from './files.js'
import { createAlias, deleteAlias, deleteImage, importImage, listImages } from './images.js'
import * as infrastructure from './infrastructure.js'
import { restart, start, stop, stopIfRunning } from './lifecycle.js'
import { consoleLog, info, list } from './list.js'
import { query } from './query.js'
import { createSnapshot, deleteSnapshot, listSnapshots, restoreHalf, restoreSnapshot } from './snapshots.js'

/** Carries out one command: its standard output, or a whole answer. @throws Refusal */
export type CarryOut = (
  host: EmulatedHost,
  words: Words,
  input: Input,
) => Promise<string | Answer | void> | string | Answer | void

export const verbs: Record<string, CarryOut> = {
  create,
  launch,
  delete: remove,
  start,
  stop,
  restart,
  list,
  info,
  console: consoleLog,
  exec,
  copy,
  move,
  rename,
  query,
  'config set': setConfig,
  'config get': getConfig,
  'config unset': unsetConfig,
  'config show': showConfig,
  'config device add': addDevice,
  'config device remove': removeDevice,
  'config device set': setDevice,
  'config device override': overrideDevice,
  'snapshot create': createSnapshot,
  'snapshot list': listSnapshots,
  'snapshot restore': restoreSnapshot,
  'snapshot delete': deleteSnapshot,
  'file push': push,
  'file pull': pull,
  'image import': importImage,
  'image list': listImages,
  'image delete': deleteImage,
  'image alias create': createAlias,
  'image alias delete': deleteAlias,
  'project create': infrastructure.createProject,
  'project list': infrastructure.listProjects,
  'project delete': infrastructure.deleteProject,
  'storage create': infrastructure.createPool,
  'storage list': infrastructure.listPools,
  'storage delete': infrastructure.deletePool,
  'network create': infrastructure.createNetwork,
  'network list': infrastructure.listNetworks,
  'network delete': infrastructure.deleteNetwork,
}

/** What is done of a command when its host dies in the middle; what is absent is done not at all. */
export const half: Record<string, CarryOut> = {
  create,
  launch: create,
  restart: stop,
  delete: stopIfRunning,
  'snapshot restore': restoreHalf,
  exec: halfExec,
}
