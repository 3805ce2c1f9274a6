/**
 * What holds when a file says nothing, as a user would write it. Health and deadlines follow Nomad's `update` block
 * (min_healthy_time 10s, healthy_deadline 5m, progress_deadline 10m), interval and timeout kamal-proxy, drain Kamal,
 * error limit Argo Rollouts, cool-down the stabilization window of Kubernetes' HorizontalPodAutoscaler.
 */
export const DEFAULTS = {
  /** What Incus calls the first storage pool when it is set up. */
  volumePool: 'default',
  artifacts: ['./releases', '_build/prod'],
  type: 'container',
  protocol: 'http',
  interval: '1s',
  timeout: '5s',
  retries: 3,
  minHealthyTime: '10s',
  deadline: '5m',
  unhealthyRestart: 3,
  unhealthyWithin: '10m',
  unhealthyThen: 'alert',
  approach: 'rolling',
  bake: '0s',
  canaries: 1,
  maxParallel: 1,
  steps: [10, 25, 50, 100],
  pause: '5m',
  keep: '10m',
  drain: '30s',
  hostTimeout: '30s',
  onFailure: 'automatic',
  snapshot: 'auto',
  keepSnapshots: 3,
  maxErrorRatePercent: 1,
  compare: false,
  maxSlowdownPercent: 20,
  minRequests: 1,
  analysisInterval: '10s',
  replicateEvery: '5m',
  replicateKeep: 3,
  backupEvery: '24h',
  backupKeep: 7,
  s3Region: 'us-east-1',
  failoverAfter: '20s',
  driftEvery: '15m',
  driftRepair: 'never',
  coolDown: '5m',
  cookie: 'RELEASE_COOKIE',
  hookTimeout: '5m',
  placement: 'spread',
  spread: 'hosts',
  within: 'host',
  priority: 50,
  overcommit: 1,
} as const

/** Consecutive probe errors that end a wait; Argo Rollouts' consecutiveErrorLimit. */
export const ERROR_LIMIT = 4
/** The least time an operation gets, ms; Nomad's progress_deadline. */
export const LEAST_PROGRESS_MS = 600_000
/** Time to boot that an explicit `retries` adds to the derived deadline, ms. */
export const BOOT_MS = 30_000
/** Allowance per instance for snapshot, download and start in the derived progress deadline, ms. */
export const CHANGE_MS = 60_000
