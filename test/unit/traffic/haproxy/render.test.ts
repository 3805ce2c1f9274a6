import { describe, expect, it } from 'vitest'
import { preamble } from '../../../../src/traffic/haproxy/global.js'
import { render } from '../../../../src/traffic/haproxy/render.js'
import { pool, route, server, topology } from './cases.js'

const shop = (
  servers = [server('shop-web-1'), server('shop-web-2', { address: '10.0.0.2', weight: 7, state: 'drain' })],
) => topology('shop', [route(80, 'shop-web-4000')], [pool('shop-web-4000', servers)])
const mail = topology(
  'mail',
  [
    route(25, 'mail-smtp-25', { protocol: 'tcp' }),
    route(443, 'mail-web-80-green', { protocol: 'https', host: 'Mail.test' }),
    route(443, 'mail-web-80-green', { protocol: 'https', certificate: 'f00d' }),
  ],
  [
    pool('mail-smtp-25', [server('mail-smtp', { port: 25 })], { protocol: 'tcp' }),
    pool('mail-web-80-green', [], { sticky: true }),
  ],
)
const sections = (text: string): string => text.slice(text.indexOf('frontend'))

const SHARED = 'METH_GET { internal.htx.has_eom } { req.body_len 0 } !{ req.fhdr(transfer-encoding) -m found }'
const KEPT = ' pool-purge-delay 5s pool-max-conn -1 sni var(txn.own_connection)'

describe('render', () => {
  it('one http port', () => {
    const { files, skeleton } = render([shop()])
    expect(files['haproxy.cfg']).toBe(`${preamble(`cul8er-edge ${skeleton}`)}
frontend port-80
  mode http
  bind 127.0.0.1:80 accept-proxy
  bind :80
  option idle-close-on-response
  log-format "%[date(0,ms)] %b %s %ST %Ta"
  http-request del-header forwarded
  http-request del-header x-forwarded -m beg
  http-request del-header x_forwarded -m beg
  http-request del-header x-real-ip
  http-request del-header x-real_ip
  http-request del-header x_real-ip
  http-request del-header x_real_ip
  http-request add-header X-Forwarded-For %[src]
  http-request add-header X-Forwarded-Proto http
  http-request add-header X-Forwarded-Port 80
  http-after-response set-header Keep-Alive timeout=15
  use_backend %[str(80/*),map(routes.map)]

backend shop-web-4000
  mode http
  retry-on conn-failure empty-response
  http-request disable-l7-retry unless METH_GET
  http-request set-var(txn.own_connection) uuid() unless ${SHARED}
  http-request set-header Connection close if { var(txn.own_connection) -m found }
  server shop-web-1 10.0.0.1:4000 weight 100 check inter 1s fastinter 250ms downinter 500ms fall 2 rise 1 observe layer4 error-limit 1 on-error fastinter pool-purge-delay 5s pool-max-conn -1 sni var(txn.own_connection)
  server shop-web-2 10.0.0.2:4000 weight 7 check inter 1s fastinter 250ms downinter 500ms fall 2 rise 1 observe layer4 error-limit 1 on-error fastinter pool-purge-delay 5s pool-max-conn -1 sni var(txn.own_connection) disabled

backend shop-web-4000-blue
  mode http
  retry-on conn-failure empty-response
  http-request disable-l7-retry unless METH_GET
  http-request set-var(txn.own_connection) uuid() unless ${SHARED}
  http-request set-header Connection close if { var(txn.own_connection) -m found }

backend shop-web-4000-green
  mode http
  retry-on conn-failure empty-response
  http-request disable-l7-retry unless METH_GET
  http-request set-var(txn.own_connection) uuid() unless ${SHARED}
  http-request set-header Connection close if { var(txn.own_connection) -m found }
`)
    expect(files['routes.map']).toBe('80/* shop-web-4000\n')
  })

  it.each([
    [
      { scheme: 'http' as const, expectedStatus: null, intervalMs: 200 },
      "uri '/health?a=%27#' ver HTTP/1.1 hdr host localhost:4001 hdr user-agent cul8er-health hdr x-forwarded-proto http hdr connection close",
      'status 200-299',
      'check inter 1000ms fastinter 250ms downinter 500ms fall 2 rise 1 observe layer4 error-limit 1 on-error fastinter port 4001',
    ],
    [
      { scheme: 'https' as const, expectedStatus: 204, intervalMs: 10_000 },
      "uri '/health?a=%27#' ver HTTP/1.1 hdr host localhost:4001 hdr user-agent cul8er-health hdr x-forwarded-proto https hdr connection close",
      'status 204',
      'check inter 10000ms fastinter 250ms downinter 500ms fall 2 rise 1 observe layer4 error-limit 1 on-error fastinter port 4001 check-ssl verify none',
    ],
  ])('the check of an app: %j', (changes, send, expect_, options) => {
    const check = { port: 4001, path: "/health?a='#", timeoutMs: 3_000, ...changes }
    const told = topology('shop', [route(80, 'p')], [pool('p', [server('a')], { check })])
    const { files, skeleton } = render([told])
    const text = `  option httpchk
  http-check send meth GET ${send}
  http-check expect ${expect_}
  timeout check 3000ms
  default-server ${options}
`
    expect(files['haproxy.cfg']).toContain(`${text}  server a 10.0.0.1:4000 weight 100 ${options}${KEPT}\n`)
    // The empty pool of a color has it too: filling it needs no load.
    expect(files['haproxy.cfg']?.split(text)).toHaveLength(4)
    expect(skeleton).not.toBe(render([topology('shop', [route(80, 'p')], [pool('p', [server('a')])])]).skeleton)
  })

  it('TCP, TLS and a cookie, several topologies in one picture', () => {
    const { files, ports, selfSigned, certificates, map } = render([shop(), mail])
    const config = sections(files['haproxy.cfg'] ?? '')
    expect(config).toContain(`frontend port-25
  mode tcp
  bind 127.0.0.1:25 accept-proxy
  bind :25
  log-format "%[date(0,ms)] %b %s - %Tt"
  use_backend %[str(25/*),map(routes.map)]
`)
    expect(config).toContain(
      '  bind 127.0.0.1:443 accept-proxy ssl crt-list tls-443.list alpn h2,http/1.1\n  bind :443 ssl crt-list tls-443.list alpn h2,http/1.1\n',
    )
    // One of its routes is for a host name, and the one of port 80 is not.
    expect(config).toContain(`  http-request set-var-fmt(txn.route) "443/%[req.hdr(host),host_only,lower]"
  http-request set-var(txn.pool) var(txn.route),map(routes.map)
  http-request set-var(txn.pool) str(443/*),map(routes.map) unless { var(txn.pool) -m found }
  http-request return status 404 content-type text/plain string "No app answers for this host name.\\n" unless { var(txn.pool) -m found }
  use_backend %[var(txn.pool)]
`)
    expect(config.split('(txn.route)')).toHaveLength(3)
    expect(config).toContain(`backend mail-smtp-25
  mode tcp
  server mail-smtp 10.0.0.1:25 `)
    expect(config).toContain(`  cookie CUL8ER insert indirect nocache httponly dynamic
  dynamic-cookie-key cul8er
`)
    expect(config).toContain(`backend cul8er-certificates
  mode http
  http-request set-var(txn.certificate) str(-),map(certificates.map)
`)
    expect(files['tls-443.list']).toBe('tls-443.pem\ntls-443-mail.test.pem mail.test\n')
    expect(files['certificates.map']).toBe('tls-443.pem f00d\ntls-443-mail.test.pem self-signed-mail.test\n')
    expect({ ports, selfSigned, certificates, map }).toEqual({
      ports: [25, 80, 443],
      selfSigned: [{ file: 'self-signed-mail.test.pem', host: 'mail.test' }],
      certificates: { 'tls-443.pem': 'f00d', 'tls-443-mail.test.pem': 'self-signed-mail.test' },
      map: {
        '25/*': 'mail-smtp-25',
        '80/*': 'shop-web-4000',
        '443/*': 'mail-web-80-green',
        '443/mail.test': 'mail-web-80-green',
      },
    })
  })

  it.each([
    ['a weight', [server('shop-web-1', { weight: 3 })]],
    ['a drain', [server('shop-web-1', { state: 'drain' })]],
    ['another server', [server('shop-web-9', { address: '10.0.0.9' })]],
    ['no server', []],
  ])('the skeleton stays the same for %s', (_what, servers) =>
    expect(render([shop(servers)]).skeleton).toBe(render([shop()]).skeleton),
  )

  it('the skeleton stays the same for another color, order or certificate, and not for another port or host name', () => {
    const { skeleton } = render([shop()])
    const green = topology(
      'shop',
      [route(80, 'shop-web-4000-green')],
      [pool('shop-web-4000-blue'), pool('shop-web-4000-green')],
    )
    expect(render([green]).skeleton).toBe(skeleton)
    expect(render([mail, shop()])).toEqual(render([shop(), mail]))
    expect(render([topology('shop', [route(81, 'shop-web-4000')], [pool('shop-web-4000')])]).skeleton).not.toBe(
      skeleton,
    )
    const tls = (changes: { certificate?: string; host?: string }) =>
      render([topology('t', [route(443, 't-p', { protocol: 'https', ...changes })], [pool('t-p')])]).skeleton
    expect(tls({ certificate: 'one' })).toBe(tls({ certificate: 'two' }))
    expect(tls({ certificate: 'one' })).toBe(tls({}))
    expect(tls({ host: 'a.test' })).not.toBe(tls({}))
  })

  it('of nothing is a configuration too', () => expect(render([]).files['routes.map']).toBe(''))
})
