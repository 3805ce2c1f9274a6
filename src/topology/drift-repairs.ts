/** What is done about drift. never: it is only told. live: what stops nothing that runs. all: what a deploy would do. */
export const DRIFT_REPAIRS = ['never', 'live', 'all'] as const
export type DriftRepair = (typeof DRIFT_REPAIRS)[number]
