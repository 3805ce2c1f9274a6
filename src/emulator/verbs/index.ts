import type { CarryOut } from './carry-out.js'
import { setConfig, showConfig } from './config.js'
import { copy, move } from './copy.js'
import { create, launch, remove } from './create.js'
import { addDevice, overrideDevice, removeDevice, setDevice } from './devices.js'
import { exec, halfExec } from './exec.js'
import { deleteAlias, importImage, listImages } from './images.js'
import * as infrastructure from './infrastructure.js'
import { start, stop, stopIfRunning } from './lifecycle.js'
import { consoleLog, list } from './list.js'
import { assignProfiles, createProfile, deleteProfile } from './profiles.js'
import { query } from './query.js'
import {
  copyVolume,
  createVolume,
  createVolumeSnapshot,
  deleteVolume,
  deleteVolumeSnapshot,
  restoreVolumeSnapshot,
  setVolume,
} from './volumes.js'
import { createSnapshot, deleteSnapshot, restoreHalf, restoreSnapshot } from './snapshots.js'

export const verbs: Record<string, CarryOut> = {
  create,
  launch,
  delete: remove,
  start,
  stop,
  list,
  console: consoleLog,
  exec,
  copy,
  move,
  query,
  'config set': setConfig,
  'config show': showConfig,
  'config device add': addDevice,
  'config device remove': removeDevice,
  'config device set': setDevice,
  'config device override': overrideDevice,
  'snapshot create': createSnapshot,
  'snapshot restore': restoreSnapshot,
  'snapshot delete': deleteSnapshot,
  'image import': importImage,
  'image list': listImages,
  'image alias delete': deleteAlias,
  'project create': infrastructure.createProject,
  'project delete': infrastructure.deleteProject,
  'storage list': infrastructure.listPools,
  'storage volume copy': copyVolume,
  'storage volume create': createVolume,
  'storage volume set': setVolume,
  'storage volume delete': deleteVolume,
  'storage volume snapshot create': createVolumeSnapshot,
  'storage volume snapshot restore': restoreVolumeSnapshot,
  'storage volume snapshot delete': deleteVolumeSnapshot,
  'profile create': createProfile,
  'profile delete': deleteProfile,
  'profile assign': assignProfiles,
}

/** What is done of a command when its host dies in the middle; what is absent is done not at all. */
export const half: Record<string, CarryOut> = {
  create,
  launch: create,
  delete: stopIfRunning,
  'snapshot restore': restoreHalf,
  exec: halfExec,
}
