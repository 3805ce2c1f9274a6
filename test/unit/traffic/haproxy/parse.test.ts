import { describe, expect, it } from 'vitest'
import { parseRequests } from '../../../../src/traffic/haproxy/parse-requests.js'
import { parseRuntime } from '../../../../src/traffic/haproxy/parse-runtime.js'
import { parseStat } from '../../../../src/traffic/haproxy/parse-stat.js'
import { serverStats } from '../../../../src/traffic/haproxy/server-stats.js'
import { pool, server, topology } from './cases.js'

// As HAProxy 2.6.12 printed it.
const STATE = `1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port
3 a 1 s1 127.0.0.1 2 0 95 10 1 6 3 4 6 0 0 0 - 18081 - 0 0 - - 0
3 a 2 s2 127.0.0.2 0 5 10 10 1 1 0 0 14 0 0 0 - 18082 - 0 0 - - 0
3 a 3 s3 127.0.0.3 2 8 10 10 0 1 0 2 6 0 0 0 - 18083 - 0 0 - - 0
`

describe('parseRuntime', () => {
  it('reads process, servers and both maps from one answer', () => {
    const text = `Name: HAProxy\nPid: 382\nUptime_sec: 3\ndescription: cul8er-edge 5fcf602b06aac4c4\n\n${STATE}\n0x558a7a476340 18080/* a\n0x7fe4e4050f80 443/x.test b\n\n0x7fe4e4050f90 tls-443.pem f00d\n`
    expect(parseRuntime(text)).toEqual({
      pid: 382,
      skeleton: '5fcf602b06aac4c4',
      servers: [
        { pool: 'a', name: 's1', address: '127.0.0.1', port: 18081, weight: 95, drained: false },
        { pool: 'a', name: 's2', address: '127.0.0.2', port: 18082, weight: 10, drained: true },
        { pool: 'a', name: 's3', address: '127.0.0.3', port: 18083, weight: 10, drained: true },
      ],
      map: { '18080/*': 'a', '443/x.test': 'b' },
      certificates: { 'tls-443.pem': 'f00d' },
    })
  })

  it.each(['', 'connection refused\n'])('is null when nobody answers: %j', (text) =>
    expect(parseRuntime(text)).toBeNull(),
  )
})

describe('parseStat', () => {
  const text = `# pxname,svname,qcur,qmax,scur,smax,slim,stot,status,weight,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,ttime,uweight,
port-80,FRONTEND,,,9,9,,9,OPEN,,0,9,0,0,0,,,
a,s1,1,0,2,3,,20,UP,10,0,15,1,3,1,12,10,
a,s2,0,0,0,0,,4,MAINT,7,0,4,0,0,0,3,7,
a,s3,0,0,0,0,,0,DOWN 1/3,7,,,,,,,7,
a,s4,0,0,0,0,,0,MAINT,7,,,,,,,7,
a,BACKEND,0,0,0,0,,0,UP,7,,,,,,,7,
`

  it('reads servers and leaves out the rest', () => {
    const lines = parseStat(text)
    expect(lines.map((line) => line.server)).toEqual(['s1', 's2', 's3', 's4'])
    expect(lines[0]).toEqual({
      pool: 'a',
      server: 's1',
      sessions: 3,
      total: 20,
      status: 'UP',
      weight: 10,
      responses2xx: 15,
      responses3xx: 1,
      responses4xx: 3,
      responses5xx: 1,
      averageTotalMs: 12,
    })
  })

  it('tells maintenance that we asked for from other', () => {
    const asked = topology(
      't',
      [],
      [pool('a', [server('s1'), server('s2', { state: 'drain' }), server('s3'), server('s4'), server('s9')])],
    )
    expect(serverStats(asked, parseStat(text)).map((line) => [line.server, line.state])).toEqual([
      ['s1', 'ready'],
      ['s2', 'drain'],
      ['s3', 'down'],
      ['s4', 'maint'],
    ])
  })

  it('of nothing is nothing', () => expect(parseStat('')).toEqual([]))
})

describe('parseRequests', () => {
  it.each([
    [
      'the end and the duration',
      `Server a/s3 is UP/READY (leaving forced maintenance).
1795231288151 a s1 200 7
1795231288012 a <NOSRV> 503 0
1795231290201 b s2 - 1200
1795231290035 a s1 -1 30
`,
    ],
    [
      'the beginning and the duration, as older edges log',
      `1795231288 144 a s1 200 7
1795231288 012 a <NOSRV> 503 0
1795231289 1 b s2 - 1200
1795231290 5 a s1 -1 30
`,
    ],
  ])('reads %s, and skips what else the ring holds', (_what, text) => {
    expect(parseRequests(text)).toEqual([
      { at: 1795231288144, pool: 'a', server: 's1', status: 200, totalMs: 7 },
      { at: 1795231288012, pool: 'a', server: null, status: 503, totalMs: 0 },
      { at: 1795231289001, pool: 'b', server: 's2', status: null, totalMs: 1200 },
      { at: 1795231290005, pool: 'a', server: 's1', status: -1, totalMs: 30 },
    ])
  })
})
