import { Cul8erError } from '../../errors.js'
import { someOf } from '../../some-of.js'
import type { Choice, HostState, Refusal } from './model.js'

/** More names would be no help. */
const MOST = 3

/** Nothing is made: some instances have no host. */
export function noRoom(homeless: readonly Choice[], hint = ROOM_HINT): Cul8erError {
  const [first, ...more] = homeless
  const names = someOf(
    homeless.map(({ wanted }) => wanted.name),
    MOST,
  )
  const why = first === undefined ? '' : reasons(first.refused)
  const whose = more.length === 0 || first === undefined ? ':' : `; ${first.wanted.name} is refused by`
  return new Cul8erError('NO_ROOM', `no host can have ${names}${whose} ${why}`, {
    hint: [...uncordon(homeless), hint].join('; '),
    details: {
      instances: Object.fromEntries(
        homeless.map(({ wanted, refused }) => [
          wanted.name,
          Object.fromEntries(refused.map(({ host, why: because }) => [host, because])),
        ]),
      ),
    },
  })
}

const ROOM_HINT =
  'change its limits or `placement`, name more hosts in `on`, or let hosts promise more (`overcommit`); --force goes on with what is declared'

/** How hosts that are cordoned take new instances again. */
function uncordon(homeless: readonly Choice[]): string[] {
  const cordoned = homeless.flatMap(({ refused }) => refused.filter(({ kind }) => kind === 'cordoned'))
  return [...new Set(cordoned.map(({ host }) => host))].map((host) => `cul8er hosts uncordon ${host}`)
}

/** Every refused host with the reason, and what is placed in spite of it. */
export function placementNotes(
  choices: readonly Choice[],
  hosts: readonly HostState[],
  goesOn: '--force' | 'rollback' | null,
): string[] {
  const resources = [...new Set(choices.map(({ wanted }) => wanted.resource))]
  const asked = new Set(choices.flatMap(({ wanted }) => (wanted.candidates.length > 1 ? wanted.candidates : [])))
  return [
    ...hosts
      .filter(({ name, silent }) => silent !== null && asked.has(name))
      .map(({ name, silent }) => `what host ${name} has is not known (${silent}): it comes last for new instances`),
    ...resources.flatMap((resource) => {
      const own = choices.filter(({ wanted }) => wanted.resource === resource)
      const refused = own.flatMap((choice) => choice.refused)
      const first = refused.filter(({ host }, at) => refused.findIndex((other) => other.host === host) === at)
      const there = new Set(own.map(({ host }) => host))
      const more = first.filter(({ host }) => there.has(host))
      const none = first.filter(({ host }) => !there.has(host))
      return [
        ...(none.length === 0 ? [] : [`${resource} is not placed on ${reasons(none)}`]),
        ...(more.length === 0 ? [] : [`no more of ${resource} on ${reasons(more)}`]),
      ]
    }),
    ...choices
      .filter(({ forced }) => forced)
      .map(
        ({ wanted, host, refused }) =>
          `${wanted.name} goes to ${host} although no host can have it: ${reasons(refused)}${goesOn === null ? '' : ` (${goesOn})`}`,
      ),
  ]
}

/** `a, b: it has no label disk=ssd; c: …`. */
function reasons(refused: readonly Refusal[]): string {
  const whys = [...new Set(refused.map(({ why }) => why))]
  return whys
    .map((why) => `${refused.flatMap((each) => (each.why === why ? [each.host] : [])).join(', ')}: ${why}`)
    .join('; ')
}
