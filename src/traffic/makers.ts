import type { HostExecutor } from '../hosts/executor.js'
import type { BalancerName, EdgeChoice } from './balancers.js'
import { commandEdge } from './command/edge.js'
import { haproxyEdge } from './haproxy/edge.js'
import type { Edge } from './model.js'
import { noEdge } from './none/edge.js'

/** What an edge is made with. */
export interface EdgeMeans<Choice = EdgeChoice> {
  /** The host's name and address, as its topology has them. */
  name: string
  address: string
  executor: HostExecutor
  choice: Choice
}

/** Makes the edge of one host. It reaches nothing yet. */
export type EdgeMaker<Choice = EdgeChoice> = (means: EdgeMeans<Choice>) => Edge

/** How each balancer carries routes out. */
export const MAKERS: { [Name in BalancerName]: EdgeMaker<Extract<EdgeChoice, { kind: Name }>> } = {
  haproxy: ({ executor }) => haproxyEdge({ executor }),
  none: noEdge,
  command: ({ name, address, choice }) => commandEdge({ host: { name, address }, command: choice.command }),
}
