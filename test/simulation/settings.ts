/**
 * Seeds that `npm test` simulates, all of which must be without a violation: some 200 ms of a core each. SIM_SEEDS says otherwise;
 * `npm run campaign` runs 20,000.
 */
export const SEEDS = Number(process.env.SIM_SEEDS ?? 400)

/** The first of them: SIM_FROM goes on where an earlier run ended. */
export const FIRST_SEED = Number(process.env.SIM_FROM ?? 1)
