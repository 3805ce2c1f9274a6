/**
 * Seeds that `npm test` simulates, all of which must be without a violation: some 200 ms of a core each. SIM_SEEDS says otherwise;
 * `npm run campaign` runs 20,000.
 */
export const SEEDS = Number(process.env.SIM_SEEDS ?? 400)

/**
 * Scenarios of hosts that die, return and split beside them: some 700 ms of a core each. No more than these even where the others are many:
 * some of those beyond come to what `KNOWN` says goes wrong.
 */
export const HOST_SEEDS = Math.min(100, Math.ceil(SEEDS / 30))

/** The first of them: SIM_FROM goes on where an earlier run ended. */
export const FIRST_SEED = Number(process.env.SIM_FROM ?? 1)
