import * as z from 'zod'
import { section, text } from '../../../src/topology/schema/words.js'
import { MemoryEdge } from '../../support/memory-edge.js'
import type { Balancer } from '../../../src/traffic/balancer.js'
import type { EdgeMeans } from '../../../src/traffic/makers.js'

interface Blackboard {
  kind: 'blackboard'
  room: string
}

/** A toy: the routes are written on a blackboard, which somebody in the room reads. */
export const blackboard = {
  kind: 'blackboard',
  summary: 'a blackboard in a room',
  written: {
    value: text('a room'),
    form: "{ blackboard: 'ROOM' }",
    read: (value) => ({ kind: 'blackboard', room: String(value) }),
  },
  normalised: section({ kind: z.literal('blackboard'), room: text('a room') }),
} satisfies Balancer<Blackboard>

class BlackboardEdge extends MemoryEdge {
  constructor(readonly room: string) {
    super()
  }
}

export const blackboardEdge = ({ choice }: EdgeMeans<Blackboard>): BlackboardEdge => new BlackboardEdge(choice.room)
