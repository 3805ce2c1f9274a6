import { expect, it } from 'vitest'
import { CORDON_KEY, parseCordon, parseServer, setCordon, type Cordon } from '../../../src/incus/index.js'

const cordon: Cordon = { since: '2026-01-02T03:04:05.000Z', reason: 'disk "sda" fails', by: 'ana@desk' }
const nothing: Cordon = { since: null, reason: null, by: null }

it.each<[string, string | undefined, Cordon | null]>([
  ['nothing', undefined, null],
  ['an empty value', '', null],
  ['what cul8er wrote', JSON.stringify(cordon), cordon],
  ['by hand: a word', 'maintenance', { ...nothing, reason: 'maintenance' }],
  ['by hand: true, which is JSON', 'true', { ...nothing, reason: 'true' }],
  ['by hand: an object', '{"reason":"fan"}', { ...nothing, reason: 'fan' }],
  ['a time that is none', '{"since":"yesterday"}', nothing],
  [
    'lines, colors and what turns text around',
    'fan\n\u001b[2J✔ deployed\r\u202egnp',
    { ...nothing, reason: 'fan [2J✔ deployed gnp' },
  ],
  ['by an object of such', JSON.stringify({ by: 'a\nb', reason: '\u009b1A' }), { ...nothing, by: 'a b', reason: '1A' }],
  ['more than anybody reads', 'x'.repeat(5_000), { ...nothing, reason: 'x'.repeat(300) }],
])('%s', (_, written, expected) => expect(parseCordon(written)).toEqual(expected))

it('is set and taken off with one call that leaves other keys alone', () => {
  const data = (value: string) => `--data=${JSON.stringify({ config: { 'user.cul8er.cordoned': value } })}`
  expect(setCordon(cordon).args).toEqual(['query', '--request=PATCH', data(JSON.stringify(cordon)), '/1.0'])
  expect(setCordon(null).args).toEqual(['query', '--request=PATCH', data(''), '/1.0'])
})

it('is read with the rest of the host', () => {
  const environment = { server_version: '6.0.4', driver: 'lxc' }
  const read = (config: unknown) => parseServer(JSON.stringify({ environment, config })).cordoned
  expect([{ [CORDON_KEY]: 'fan' }, {}, null, { [CORDON_KEY]: true }].map(read)).toEqual([
    { ...nothing, reason: 'fan' },
    null,
    null,
    null,
  ])
})
