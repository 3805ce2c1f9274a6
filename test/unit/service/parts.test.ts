import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { SEARCH_ATTRIBUTES } from '../../../src/contracts/index.js'
import { SERVER_SETTINGS, temporalCommand, workerCommand } from '../../../src/service/parts.js'
import { servicePaths } from '../../../src/service/paths.js'

const paths = servicePaths('/home/me/state')

test('the whole command line of Temporal', () => {
  const { file, args, env } = temporalCommand('/bin/temporal', paths, { port: 7300, uiHost: '127.9.8.7', uiPort: 8300 })
  expect([file, ...args].join(' ')).toBe(
    '/bin/temporal server start-dev --ip 127.0.0.1 --db-filename /home/me/state/temporal.db --port 7300 --ui-ip 127.9.8.7 --ui-port 8300 ' +
      '--ui-disable-news-fetch --log-level warn --log-format json ' +
      '--dynamic-config-value history.transferProcessorMaxPollRPS=1000 ' +
      '--dynamic-config-value history.timerProcessorMaxPollRPS=1000 ' +
      '--dynamic-config-value activity.enableStandalone=true ' +
      '--dynamic-config-value frontend.httpAllowedHosts=["nobody.invalid"] ' +
      '--search-attribute Cul8erTopology=Keyword --search-attribute Cul8erOperation=Keyword ' +
      '--search-attribute Cul8erRevision=Int --search-attribute Cul8erHost=KeywordList ' +
      '--search-attribute Cul8erOutcome=Keyword',
  )
  expect(env).toMatchObject({ TEMPORAL_CONFIG_FILE: '/dev/null', TEMPORAL_PROFILE: '' })
})

test('the worker is told its home, its server and its supervisor', () => {
  const { env, args } = workerCommand(paths, { port: 7300, uiHost: '127.9.8.7', uiPort: 8300 })
  expect(args.at(-1)).toMatch(/workers\/main\.js$/)
  expect(env).toMatchObject({
    CUL8ER_HOME: '/home/me/state',
    CUL8ER_SUPERVISOR_PID: String(process.pid),
    TEMPORAL_ADDRESS: '127.0.0.1:7300',
    TEMPORAL_NAMESPACE: 'default',
  })
})

test('docker/namespace.sh makes the same search attributes', () => {
  const script = readFileSync(new URL('../../../docker/namespace.sh', import.meta.url), 'utf8')
  const made = [...script.matchAll(/\b(Cul8er\w+):(\w+)/g)].map(([, name, type]) => [name, type])
  expect(Object.fromEntries(made)).toEqual(SEARCH_ATTRIBUTES)
})

test('docker/dynamicconfig has the settings of the embedded server', () => {
  const file = new URL('../../../docker/dynamicconfig/cul8er.yaml', import.meta.url)
  const settings = parse(readFileSync(file, 'utf8')) as Record<string, { value: unknown }[]>
  expect(Object.fromEntries(Object.entries(settings).map(([key, [first]]) => [key, first?.value]))).toEqual(
    SERVER_SETTINGS,
  )
})
