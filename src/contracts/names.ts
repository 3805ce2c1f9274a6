/* Names that clients, workers and the server agree on. */

export const ledgerId = (topology: string): string => `topology/${topology}`
/** There is one at most: the name is what sees to that. */
export const watchWorkflowId = (topology: string): string => `topology/${topology}/watch`
export const hostWatchWorkflowId = (topology: string): string => `topology/${topology}/hosts`
export const driftWatchWorkflowId = (topology: string): string => `topology/${topology}/drift`
export const loadWatchWorkflowId = (topology: string): string => `topology/${topology}/load`
export const replicationWorkflowId = (topology: string): string => `topology/${topology}/replication`
export const backupsWorkflowId = (topology: string): string => `topology/${topology}/backups`
export const operationWorkflowId = (topology: string, number: number): string => `topology/${topology}/op/${number}`

/** Task queue that workers poll unless a profile names another. */
export const TASK_QUEUE = 'cul8er'
/**
 * Task queue of what watches between operations, and of commands for hosts that a worker elsewhere asks for: the one goes on for good, and shall
 * take no place from an operation's steps; the other shall not wait for one.
 */
export const WATCH_QUEUE = 'cul8er-watch'

/** Where what concerns the hosts of a site is done; undefined: those of no site. */
export const siteQueue = (site: string | undefined): string =>
  site === undefined ? TASK_QUEUE : `${TASK_QUEUE}-site-${site}`
export const siteWatchQueue = (site: string | undefined): string =>
  site === undefined ? WATCH_QUEUE : `${WATCH_QUEUE}-site-${site}`

/**
 * Workflow type names, as registered. An operation is one workflow, of the type of what it does: its strategy for a deploy or
 * rollback. So a strategy's timers, signals and compensation are all in the one place that a person opens.
 */
export const WorkflowType = {
  ledger: 'ledger',
  restore: 'restore',
  restart: 'restart',
  replace: 'replace',
  failover: 'failover',
  repair: 'repair',
  scale: 'scale',
  drain: 'drain',
  rebalance: 'rebalance',
  snapshot: 'snapshot',
  backup: 'backup',
  destroy: 'destroy',
  cleanup: 'cleanup',
  slice: 'slice',
  watch: 'watch',
  hostWatch: 'hostWatch',
  driftWatch: 'driftWatch',
  loadWatch: 'loadWatch',
  replication: 'replication',
  backups: 'backups',
  inspect: 'inspect',
  housekeeping: 'housekeeping',
  notify: 'notify',
  ttl: 'ttl',
} as const

/** Temporal search attributes that the server must know, with their types. */
export const SEARCH_ATTRIBUTES = {
  Cul8erTopology: 'Keyword',
  Cul8erOperation: 'Keyword',
  Cul8erRevision: 'Int',
  Cul8erHost: 'KeywordList',
  /** How an operation ended. */
  Cul8erOutcome: 'Keyword',
} as const
