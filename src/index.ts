/*
 * What `import 'cul8er'` gives. Every topology file imports it, so what is heavy (a Temporal client) is loaded when it
 * is called, not here.
 */
export {
  defineTopology,
  secret,
  type ClusterDeclaration,
  type HealthcheckDeclaration,
  type HostDeclaration,
  type ResourceDeclaration,
  type SecretDeclaration,
  type StrategyDeclaration,
  type TopologyBody,
} from './topology/define.js'
export type { TopologyDeclaration } from './topology/schema/topology.js'
export type { Topology } from './topology/model.js'
export { Cul8erError, type ErrorCode, type ErrorReport } from './errors.js'
export {
  Cul8er,
  type DeployOptions,
  type LogLine,
  type PlanOptions,
  type Run,
  type RunEvent,
  type SavedPlan,
  type Status,
} from './client/index.js'
