/*
 * What `import 'cul8er'` gives. Every topology file imports it, so what is heavy (a Temporal client, the schema) is loaded when
 * it is called, not here.
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
export { loadTopologies } from './loaders/load.js'
export { parseTopology, type ParseResult } from './topology/parse.js'
export type { Problem } from './topology/problem.js'
export type { TopologyDeclaration } from './topology/schema/topology.js'
export type { Host, Resource, Strategy, Topology } from './topology/model.js'
export type { Change, Plan } from './plan/model.js'
export type { OperationKind, OperationResult, Outcome, Progress, StepRecord } from './contracts/operation.js'
export type { HistoryEntry, LedgerState, OperationSummary } from './contracts/ledger.js'
export type { HostCheck, HostChecks, HostRow, Room } from './contracts/hosts.js'
export type { InstanceStatusRow, OrphanRow, SnapshotRow } from './contracts/inspect.js'
export { Cul8erError, type ErrorCode, type ErrorDetails, type ErrorReport } from './errors.js'
export {
  Cul8er,
  type Cul8erClient,
  type DeployOptions,
  type LinkOptions,
  type LogLine,
  type LogOptions,
  type PastOperation,
  type PlanOptions,
  type Run,
  type RunEvent,
  type SavedPlan,
  type StartOptions,
  type Status,
} from './client/index.js'
