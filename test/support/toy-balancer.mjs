// A balancer that balances nothing: it keeps what it is told in a JSON file, so that tests and docs can look at it.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { json } from 'node:stream/consumers'

const [, , file] = process.argv
const asked = await json(process.stdin)
const topologies = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}

function keep() {
  // As a whole, so that whoever reads at this moment sees the one or the other.
  writeFileSync(`${file}.new`, JSON.stringify(topologies), { mode: 0o600 })
  renameSync(`${file}.new`, file)
  return {}
}

const verbs = {
  ensure: () => ({}),
  apply: ({ topology, routes }) => {
    topologies[topology] = routes
    return keep()
  },
  remove: ({ topology }) => {
    delete topologies[topology]
    return keep()
  },
  current: ({ topology }) => ({ routes: topologies[topology] ?? null }),
  claims: ({ topology }) => ({
    routes: Object.entries(topologies)
      .filter(([name]) => name !== topology)
      .flatMap(([name, { routes }]) =>
        routes.map(({ as, host, protocol }) => ({ topology: name, as, host, protocol })),
      ),
    taken: [],
  }),
  drained: () => ({ cut: 0 }),
  stats: () => ({ unsupported: true }),
  requests: () => ({ unsupported: true }),
}

if (asked.version !== 1) throw new Error(`unknown version ${asked.version}`)
const answer = verbs[asked.verb]
if (answer === undefined) throw new Error(`unknown verb ${asked.verb}`)
console.log(JSON.stringify(answer(asked)))
