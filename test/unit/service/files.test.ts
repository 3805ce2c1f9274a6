import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findTemporal } from '../../../src/service/binary.js'
import { logFile, makeFolders, serviceHome, servicePaths, type ServicePaths } from '../../../src/service/paths.js'
import { readRecord, writeRecord, type ServiceRecord } from '../../../src/service/record.js'
import { rotateLogs } from '../../../src/service/rotate.js'

let home = ''
let paths: ServicePaths
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cul8er-home-'))
  paths = servicePaths(join(home, 'state'))
  makeFolders(paths)
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

test.each([
  [{ CUL8ER_HOME: '/a/b' }, '/a/b'],
  [{ XDG_STATE_HOME: '/s' }, '/s/cul8er'],
])('home of %j', (env, expected) => {
  expect(serviceHome(env)).toBe(expected)
})

test('folders and the record are for their owner alone', () => {
  const record = { state: 'ready', port: 1 } as ServiceRecord
  writeRecord(paths, record)
  expect(readRecord(paths)).toEqual(record)
  const modes = [paths.home, paths.logs, paths.record].map((path) => statSync(path).mode & 0o777)
  expect(modes).toEqual([0o700, 0o700, 0o600])
})

test('half a record is none', () => {
  writeFileSync(paths.record, '{"state":')
  expect(readRecord(paths)).toBeNull()
})

test('a log that is too large is set aside, and its writer goes on', () => {
  const file = logFile(paths, 'worker')
  const writer = openSync(file, 'a')
  writeSync(writer, 'x'.repeat(100))
  expect(rotateLogs(paths, 100)).toEqual([])
  writeSync(writer, 'y')
  expect(rotateLogs(paths, 100)).toEqual([file])
  writeSync(writer, 'after')
  expect(readFileSync(file, 'utf8')).toBe('after')
  expect(readFileSync(`${file}.1`, 'utf8')).toHaveLength(101)
})

function program(path: string): string {
  mkdirSync(join(path, '..'), { recursive: true })
  appendFileSync(path, '#!/bin/sh\n')
  chmodSync(path, 0o755)
  return path
}

test('the binary: the variable, then PATH, then the newest of the cache', () => {
  const env = { XDG_CACHE_HOME: join(home, 'cache'), PATH: join(home, 'bin'), HOME: home }
  expect(findTemporal(env)).toBeNull()
  program(join(home, 'cache/cul8er/bin/temporal-1.8.2'))
  const newest = program(join(home, 'cache/cul8er/bin/temporal-1.10.0'))
  expect(findTemporal(env)).toBe(newest)
  const onPath = program(join(home, 'bin/temporal'))
  expect(findTemporal(env)).toBe(onPath)
  const named = program(join(home, 'mine'))
  expect(findTemporal({ ...env, TEMPORAL_CLI: named })).toBe(named)
  expect(() => findTemporal({ ...env, TEMPORAL_CLI: join(home, 'none') })).toThrow(/cannot be run/)
})
