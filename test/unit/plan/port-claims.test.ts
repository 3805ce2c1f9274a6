import { describe, expect, it } from 'vitest'
import type { ObservedInstance } from '../../../src/plan/model.js'
import { refuseTakenPorts } from '../../../src/plan/port-claims.js'
import type { Route } from '../../../src/traffic/model.js'

type Port = Pick<Route, 'as' | 'host' | 'protocol'>

/** `http 80 a.example` is a port; without a name it is for all of them. */
function port(text: string): Port {
  const [protocol, as, host = null] = text.split(' ')
  return { protocol: protocol as Port['protocol'], as: Number(as), host }
}

const proxy = (name: string, listen: string, more: Partial<ObservedInstance> = {}): ObservedInstance =>
  ({
    host: 'here',
    name,
    status: 'Running',
    labels: null,
    devices: { web: { type: 'proxy', listen, connect: 'tcp:127.0.0.1:80' } },
    ...more,
  }) as ObservedInstance

interface Case {
  wanted: string[]
  others?: string[]
  taken?: number[]
  observed?: ObservedInstance[]
}

function refusal({ wanted, others = [], taken = [], observed = [] }: Case): string | null {
  const routes = others.map((text) => ({ ...port(text), topology: 'other' }))
  try {
    refuseTakenPorts({ host: 'here', topology: 'shop', wanted: wanted.map(port), claims: { routes, taken }, observed })
    return null
  } catch (error) {
    expect(error).toMatchObject({ code: 'PORT_TAKEN' })
    return (error as Error).message
  }
}

describe('public ports that others have', () => {
  it.each<[string, Case]>([
    ['nobody has one', { wanted: ['http 80'] }],
    ['another port', { wanted: ['http 80'], others: ['http 81'] }],
    ['another name', { wanted: ['http 80 a.example'], others: ['http 80 b.example', 'http 80'] }],
    ['all other names', { wanted: ['https 443'], others: ['https 443 b.example'] }],
    ['a program on another port', { wanted: ['http 80'], observed: [proxy('a', 'tcp:0.0.0.0:80')] }],
  ])('are none: %s', (_, given) => {
    expect(refusal(given)).toBeNull()
  })

  it.each<[string, Case, string]>([
    ['one port', { wanted: ['http 80'], others: ['http 80'] }, 'port 80 of here belongs to topology other'],
    [
      'one name in another case',
      { wanted: ['http 80 A.example'], others: ['http 80 a.EXAMPLE'] },
      'port 80 for A.example of here belongs to topology other',
    ],
    ['tcp beside tcp', { wanted: ['tcp 25'], others: ['tcp 25'] }, 'port 25 of here belongs to topology other'],
    [
      'another protocol',
      { wanted: ['https 80 a.example'], others: ['http 80 b.example'] },
      'port 80 for a.example of here belongs to topology other, as http',
    ],
    ['a program', { wanted: ['http 80'], taken: [80] }, 'port 80 of here is in use by another program'],
    [
      'an instance',
      { wanted: ['http 80'], taken: [80], observed: [proxy('theirs', 'tcp:[::]:443,70-90')] },
      'port 80 of here is in use by instance theirs, which has a proxy device on it',
    ],
    [
      'not an instance on another port, another host, or that is stopped',
      {
        wanted: ['http 80'],
        taken: [80],
        observed: [
          proxy('a', 'tcp:0.0.0.0:8080'),
          proxy('b', 'tcp:0.0.0.0:80', { host: 'there' }),
          proxy('c', 'tcp:0.0.0.0:80', { status: 'Stopped' }),
          proxy('d', 'udp:0.0.0.0:80'),
        ],
      },
      'port 80 of here is in use by another program',
    ],
    [
      'the second of two',
      { wanted: ['http 80', 'http 81'], taken: [81] },
      'port 81 of here is in use by another program',
    ],
  ])('are refused: %s', (_, given, message) => {
    expect(refusal(given)).toBe(message)
  })
})
