import { describe, expect, it } from 'vitest'
import { parsed, said } from './sample.js'

type Part = Record<string, unknown>

const HOSTS: Record<string, Part> = {
  a: { labels: { disk: 'ssd', rack: 1 }, site: 'home', region: 'eu' },
  b: { labels: { disk: 'hdd' }, site: 'office' },
}

/** A topology of `app`, `db` and `cache` on two hosts, `app` placed as a test wants it. */
const written = (placement: unknown, over: Record<string, Part> = {}, app: Part = {}): Part => ({
  name: 'shop',
  hosts: Object.fromEntries(
    Object.entries(HOSTS).map(([name, host]) => [
      name,
      { address: name, platform: 'emulated', ...host, ...over[name] },
    ]),
  ),
  resources: {
    db: { image: 'tiny' },
    cache: { image: 'tiny' },
    app: { image: 'tiny', ...app, ...(placement === undefined ? {} : { placement }) },
  },
})

describe('the normal form', () => {
  it('says nothing where nothing is said', () => {
    const { hosts, resources } = parsed(written(undefined, { b: { labels: undefined, site: undefined } }))
    expect(resources.app).not.toHaveProperty('placement')
    expect(hosts.b).toEqual({ address: 'b', platform: 'emulated', kind: 'emulated', credentials: null })
  })

  it('has labels as text, sizes in MiB and ratios of all', () => {
    const over = { a: { reserve: { cpu: 0.5, memory: '1GiB' }, overcommit: { cpu: 4 } } }
    expect(parsed(written(undefined, over)).hosts.a).toMatchObject({
      labels: { disk: 'ssd', rack: '1' },
      site: 'home',
      region: 'eu',
      reserve: { cpu: 0.5, memoryMiB: 1_024, diskMiB: 0 },
      overcommit: { cpu: 4, memory: 1, disk: 1 },
    })
  })

  it('has every default of a placement', () => {
    expect(parsed(written({ affinity: 'db' })).resources.app?.placement).toEqual({
      strategy: 'spread',
      spread: 'host',
      require: { labels: {}, site: null, region: null, architecture: null },
      prefer: { labels: {}, site: null, region: null },
      affinity: [{ to: 'db', within: 'host', required: false }],
      antiAffinity: [],
      priority: 50,
    })
  })

  it('takes underscores, and rules in either form', () => {
    const placement = { anti_affinity: ['app', { to: 'db', within: 'site', required: true }], spread: 'sites' }
    expect(parsed(written(placement)).resources.app?.placement).toMatchObject({
      spread: 'site',
      antiAffinity: [
        { to: 'app', within: 'host', required: false },
        { to: 'db', within: 'site', required: true },
      ],
    })
  })
})

describe('what is wrong', () => {
  const at = 'resources.app.placement'
  it.each<[unknown, string]>([
    [
      { spreads: 'sites' },
      `${at}.spreads: found the unknown key "spreads", allowed strategy, spread, require, prefer, affinity, antiAffinity, priority (did you mean spread?)`,
    ],
    [{ strategy: 'binpack' }, `${at}.strategy: found "binpack", allowed spread, pack`],
    [{ spread: 'host' }, `${at}.spread: found "host", allowed hosts, sites, regions (did you mean hosts?)`],
    [{ strategy: 'pack', spread: 'hosts' }, `${at}.spread: found "hosts", allowed no \`spread\` with strategy pack`],
    [{ priority: 101 }, `${at}.priority: found 101, allowed a whole number from 0 to 100`],
    [{ affinity: 'cachee' }, `${at}.affinity: found "cachee", allowed db, cache (did you mean cache?)`],
    [{ affinity: ['db', 'app'] }, `${at}.affinity[1]: found "app", allowed db, cache`],
    [
      { antiAffinity: [{ to: 'cahce' }] },
      `${at}.antiAffinity[0].to: found "cahce", allowed db, cache, app (did you mean cache?)`,
    ],
    [
      { antiAffinity: [{ to: 'db', within: 'hosts' }] },
      `${at}.antiAffinity[0].within: found "hosts", allowed host, site, region (did you mean host?)`,
    ],
    [
      { affinity: ['db'], antiAffinity: ['db'] },
      `${at}.antiAffinity: found "db", which \`affinity\` has too, allowed one of them for each host`,
    ],
    [
      { require: { labels: { disc: 'ssd' } } },
      `${at}.require.labels.disc: found the label "disc", which none of its hosts has, allowed disk, rack (did you mean disk?)`,
    ],
    [
      { require: { labels: { disk: 'sdd' } } },
      `${at}.require.labels.disk: found "sdd", which none of its hosts has, allowed ssd, hdd (did you mean ssd?)`,
    ],
    [
      { require: { site: 'hom' } },
      `${at}.require.site: found "hom", where none of its hosts is, allowed home, office (did you mean home?)`,
    ],
    [
      { require: { labels: { '-': 'x' } } },
      `${at}.require.labels.-: found the name "-", allowed a label of letters, digits, ., _, / and -, 63 characters at most`,
    ],
    [
      { require: { architecture: 'ARM 64' } },
      `${at}.require.architecture: found "ARM 64", allowed an architecture as Incus names it, such as x86_64 or aarch64`,
    ],
  ])('%j', (placement, expected) => expect(said(written(placement))).toContain(expected))

  it('spreads over nothing that no host has', () => {
    expect(said(written({ spread: 'regions' }, { a: { region: undefined } }))).toEqual([
      `${at}.spread: found "regions", allowed hosts that name their region`,
    ])
  })

  it.each<[Part, string]>([
    [
      { reserve: { cpus: 1 } },
      'hosts.a.reserve.cpus: found the unknown key "cpus", allowed cpu, memory, disk (did you mean cpu?)',
    ],
    [
      { reserve: { memory: 2 } },
      "hosts.a.reserve.memory: found 2, allowed a size with its unit, such as '512MiB', '8GiB', '1TiB' (did you mean 2GiB?)",
    ],
    [{ reserve: { cpu: -1 } }, 'hosts.a.reserve.cpu: found -1, allowed a number of CPUs from 0 to 4096'],
    [
      { overcommit: { cpu: 0 } },
      'hosts.a.overcommit.cpu: found 0, allowed a ratio from 0.01 to 100, such as 4 for four times what there is',
    ],
  ])('a host with %j', (over, expected) => expect(said(written(undefined, { a: over }))).toEqual([expected]))
})
