import { describe, expect, it } from 'vitest'
import type { LedgerState, OperationKind } from '../../../src/contracts/index.js'
import { nextOf, wakeAt, type Circumstances, type Item } from '../../../workflows/ledger/next.js'
import { revisionOf, web } from '../plan/world.js'
import { after, AT, deployed, ending, ledger, NOW, request, summary } from './ledgers.js'

const start = (kind: OperationKind, notAfter = after(1_000)): Item => ({
  kind: 'start',
  question: { input: request(kind, { notAfter }), answer: null },
})
const ttl: Item = { kind: 'ttl', question: { input: { ttlMs: null }, answer: null } }
const expiry: Item = { kind: 'expire', question: { input: { expiresAt: AT }, answer: null } }
const load: Item = { kind: 'import', question: { input: { state: {}, notAfter: after(1_000) }, answer: null } }
const ended: Item = { kind: 'ended', how: { end: ending('succeeded') } }
const cancel: Item = { kind: 'cancel' }

const expiredTtl = deployed(1, { expiresAt: AT })
const cleaning = deployed(1, { current: summary('cleanup') })
const known = { state: 'dead', since: AT, lookedAt: AT } as const
const withDead = deployed(1, {
  revisions: [revisionOf(web({}, { failover: {} }))],
  hosts: { two: known },
})
const drifted = deployed(1, {
  revisions: [revisionOf(web({}, { drift: { repair: 'all' } }))],
  drift: {
    at: AT,
    changes: [{ action: 'start', resource: 'web', instance: 'shop-web', host: 'one', reasons: [], live: true }],
  },
})
const deploying = deployed(1, { current: summary('deploy'), expiresAt: AT })

const words = (state: LedgerState, queue: Item[], more: Partial<Circumstances> = {}): string => {
  const next = nextOf(state, queue, { nowMs: NOW, asked: false, renewal: false, ...more })
  if (next === null) return 'wait'
  return next.do === 'take' ? next.item.kind : next.do === 'due' ? next.due : next.do
}

describe('one thing at a time', () => {
  it.each<[string, LedgerState, Item[], Partial<Circumstances>, string]>([
    ['nothing to do', deployed(1), [], {}, 'wait'],
    ['a request', deployed(1), [start('deploy')], {}, 'start'],
    ['a request and a due ttl: the person first', expiredTtl, [start('deploy')], {}, 'start'],
    ['the ttl when nobody asks', expiredTtl, [], {}, 'destroy'],
    ['not while an answer is on its way: the request may renew it', expiredTtl, [], { asked: true }, 'wait'],
    ['not while an operation runs', deploying, [], {}, 'wait'],
    ['an end before what waits for it', deploying, [start('deploy'), ended], {}, 'ended'],
    ['a request while an operation runs, to be refused', deploying, [start('deploy')], {}, 'start'],
    ['a request waits for a cleanup', cleaning, [start('deploy')], {}, 'wait'],
    ['but not for longer than it has', cleaning, [start('deploy', after(-1))], {}, 'start'],
    ['an import waits for it too', cleaning, [load], {}, 'wait'],
    ['others pass it', cleaning, [start('deploy'), ttl], {}, 'ttl'],
    ['a cancel', deployed(1), [cancel], {}, 'cancel'],
    ['an expiry that was reached, also while an operation runs', deploying, [expiry], {}, 'expire'],
    ['a warning', deployed(1, { expiresAt: after(1_000), warnAt: AT }), [], {}, 'warn'],
    ['also while an operation runs', { ...deploying, expiresAt: after(1_000), warnAt: AT }, [], {}, 'warn'],
    ['a long history', deployed(1), [], { renewal: true }, 'renew'],
    ['but first the request', deployed(1), [start('deploy')], { renewal: true }, 'start'],
    ['and the answer', deployed(1), [], { renewal: true, asked: true }, 'wait'],
    ['and the operation', deploying, [], { renewal: true }, 'wait'],
    ['a watch', deployed(1), [], { watch: 'idle' }, 'watch'],
    ['one that runs', deployed(1), [], { watch: 'running' }, 'wait'],
    ['what it has seen', deployed(1), [], { watch: 'seen' }, 'judge'],
    ['but first the request', deployed(1), [start('deploy')], { watch: 'seen' }, 'start'],
    ['and the answer', deployed(1), [], { watch: 'seen', asked: true }, 'wait'],
    ['not while an operation runs', deploying, [], { watch: 'seen' }, 'wait'],
    ['what it has seen, and a due ttl', expiredTtl, [], { watch: 'seen' }, 'destroy'],
    ['a long history ends it first', deployed(1), [], { watch: 'running', renewal: true }, 'unwatch'],
    ['and waits for its end', deployed(1), [], { watch: 'ending', renewal: true }, 'wait'],
    ['before it begins another one', deployed(1), [], { watch: 'idle', renewal: true }, 'renew'],
    ['and what is due', expiredTtl, [], { renewal: true }, 'destroy'],
    ['a watch of the hosts', deployed(1), [], { hosts: 'idle' }, 'watchHosts'],
    ['also while an operation runs', deploying, [], { hosts: 'idle' }, 'watchHosts'],
    ['but not where its history is long already', deploying, [], { hosts: 'idle', renewal: true }, 'wait'],
    ['what it has seen, also while an operation runs', deploying, [], { hosts: 'seen' }, 'noteHosts'],
    ['a dead host', withDead, [], { hosts: 'running' }, 'failover'],
    ['but first the request', withDead, [start('deploy')], { hosts: 'running' }, 'start'],
    ['not what nobody watches any more: it may have answered since', withDead, [], { hosts: 'idle' }, 'watchHosts'],
    ['nor what was of the revision before', withDead, [], { hosts: 'ending' }, 'wait'],
    ['a watch for drift', deployed(1), [], { drift: 'idle' }, 'watchDrift'],
    ['what it has seen', deployed(1), [], { drift: 'seen' }, 'noteDrift'],
    ['not while an operation runs', deploying, [], { drift: 'seen' }, 'wait'],
    ['a long history ends it first', deployed(1), [], { drift: 'running', renewal: true }, 'unwatch'],
    ['drift', drifted, [], { drift: 'running' }, 'repair'],
    ['but first the request', drifted, [start('deploy')], { drift: 'running' }, 'start'],
    ['and what is due', { ...drifted, expiresAt: AT }, [], { drift: 'running' }, 'destroy'],
    ['a watch of the load', deployed(1), [], { load: 'idle' }, 'watchLoad'],
    ['after that for drift', deployed(1), [], { load: 'idle', drift: 'idle' }, 'watchDrift'],
    ['what it asks for', deployed(1), [], { load: 'seen' }, 'scale'],
    ['but first the request', deployed(1), [start('deploy')], { load: 'seen' }, 'start'],
    ['not while an operation runs', deploying, [], { load: 'seen' }, 'wait'],
    ['and what is due', expiredTtl, [], { load: 'seen' }, 'destroy'],
    ['more of it ends copies', deployed(1), [], { load: 'seen', adds: true, copies: 'running' }, 'stopCopying'],
    ['and backups', deployed(1), [], { load: 'seen', adds: true, backups: 'running' }, 'stopBackingUp'],
    ['less of it asks copies to end', deployed(1), [], { load: 'seen', copies: 'running' }, 'finishCopying'],
    ['and backups', deployed(1), [], { load: 'seen', backups: 'running' }, 'finishBackingUp'],
    ['waits for what is copied', deployed(1), [], { load: 'seen', copies: 'finishing' }, 'wait'],
    ['and backed up', deployed(1), [], { load: 'seen', backups: 'ending' }, 'wait'],
    ['but not for ever', deployed(1), [], { load: 'seen', backups: 'finishing', stale: true }, 'scale'],
    [
      'what is to end by itself is ended for more',
      deployed(1),
      [],
      { load: 'seen', adds: true, copies: 'finishing' },
      'stopCopying',
    ],
    ['and for a long history', deployed(1), [], { backups: 'finishing', renewal: true }, 'unwatch'],
    ['a long history ends it first', deployed(1), [], { load: 'running', renewal: true }, 'unwatch'],
    ['copies', deployed(1), [], { copies: 'idle' }, 'replicate'],
    ['what became of them', deployed(1), [], { copies: 'seen' }, 'noteReplicas'],
    ['a request ends them first', deployed(1), [start('deploy')], { copies: 'running' }, 'stopCopying'],
    ['and waits for their end', deployed(1), [start('deploy')], { copies: 'ending' }, 'wait'],
    ['as does what is due', expiredTtl, [], { copies: 'running' }, 'stopCopying'],
    ['and a dead host', withDead, [], { hosts: 'running', copies: 'ending' }, 'wait'],
    ['and what is unhealthy', deployed(1), [], { watch: 'seen', begins: true, copies: 'running' }, 'stopCopying'],
    ['but not what is merely noted of it', deployed(1), [], { watch: 'seen', copies: 'running' }, 'judge'],
    ['what begins no operation does not', deployed(1), [ttl], { copies: 'running' }, 'ttl'],
    ['nor does anything that is refused meanwhile', deploying, [start('deploy')], {}, 'start'],
    ['a long history ends them', deployed(1), [], { copies: 'running', renewal: true }, 'unwatch'],
    ['backups', deployed(1), [], { backups: 'idle' }, 'backUp'],
    ['after copies', deployed(1), [], { copies: 'idle', backups: 'idle' }, 'replicate'],
    ['what became of them', deployed(1), [], { backups: 'seen' }, 'noteBackups'],
    ['a request ends them first', deployed(1), [start('deploy')], { backups: 'running' }, 'stopBackingUp'],
    ['and waits for their end', deployed(1), [start('deploy')], { backups: 'ending' }, 'wait'],
    [
      'and for that of copies',
      deployed(1),
      [start('deploy')],
      { copies: 'ending', backups: 'running' },
      'stopBackingUp',
    ],
    ['as does what is due', expiredTtl, [], { backups: 'running' }, 'stopBackingUp'],
    ['what begins no operation does not', deployed(1), [ttl], { backups: 'running' }, 'ttl'],
    ['a long history ends them', deployed(1), [], { backups: 'running', renewal: true }, 'unwatch'],
  ])('%s', (_what, state, queue, more, expected) => {
    expect(words(state, queue, more)).toBe(expected)
  })
})

it.each<[string, LedgerState, Item[], number]>([
  ['nothing will be due', deployed(1), [], Infinity],
  ['the ttl', deployed(1, { expiresAt: after(5) }), [], NOW + 5],
  ['no ttl while an operation runs', deployed(1, { expiresAt: after(5), current: summary('deploy') }), [], Infinity],
  ['no ttl of nothing', ledger({ expiresAt: after(5) }), [], Infinity],
  ['a request that waits for a cleanup', cleaning, [ttl, start('deploy', after(9))], NOW + 10],
  ['a failover that failed', deployed(1, { failover: { without: [], times: 1, notBefore: after(5) } }), [], NOW + 5],
  [
    'not for ever after its time has passed: the host may be back',
    deployed(1, { failover: { without: [], times: 1, notBefore: after(0) } }),
    [],
    Infinity,
  ],
])('looks again: %s', (_what, state, queue, expected) => {
  expect(wakeAt(state, queue, NOW).at).toBe(expected)
})
