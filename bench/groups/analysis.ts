import { ERROR_ALARM, LATENCY_ALARM } from '../../src/analysis/compare.js'
import { noEvidence, type Evidence } from '../../src/analysis/evidence.js'
import { latencyEvidence } from '../../src/analysis/rank.js'
import { errorEvidence } from '../../src/analysis/sequential.js'
import type { Analysis } from '../../src/topology/model.js'
import { judge, trafficOf } from '../../src/traffic/analysis.js'
import type { RequestSample } from '../../src/traffic/model.js'
import type { Bench } from '../bench.js'
import { normal, seeded, watch } from '../canaries.js'
import { median, ms, range, type Row } from '../report.js'

/** How often `analysis.compare` takes a sound canary for bad, how soon it finds a bad one, and what a look costs. */
export async function analysis(bench: Bench): Promise<Row[]> {
  return [
    ...[0.01, 0.1, 0.5].map(falseAlarms),
    ...[0.1, 0.5].flatMap((share) => [0.005, 0.01, 0.05].map((rate) => requestsNeeded(share, rate))),
    ...looks(bench),
  ]
}

const SOUND = 1_000
const BAD = 200
const percent = (value: number): string => `${value * 100} %`

const alarm = ({ errors, latency }: Evidence): boolean =>
  errorEvidence(errors) >= ERROR_ALARM || latencyEvidence(latency) >= LATENCY_ALARM

/** Five minutes at 20 requests a second, a look every second; error rates drift, minutes are slow, and the canary is as slow as it may be. */
function falseAlarms(share: number): Row {
  let alarms = 0
  for (let seed = 0; seed < SOUND; seed += 1) {
    const found = watch(
      {
        requestsPerSecond: 20,
        share: () => share,
        errorRate: (_canary, second) => 0.05 * (1 + Math.sin(second / 30)),
        latency: (canary, second, random) => {
          const common = (second % 120 < 60 ? 80 : 20) * Math.exp(0.5 * normal(random))
          return canary ? 1.2 * common + 1 : common
        },
      },
      { seconds: 300, random: seeded(seed), alarm },
    )
    if (found !== null) alarms += 1
  }
  return {
    what: `false alarms of ${SOUND} sound canaries with ${percent(share)}`,
    cul8er: String(alarms),
    aim: { most: SOUND / 20, value: alarms, text: `<= ${SOUND / 20}` },
    note: 'of errors and latency together',
  }
}

function requestsNeeded(share: number, rate: number): Row {
  const needed = Array.from(
    { length: BAD },
    (_, seed) =>
      watch(
        { requestsPerSecond: 100, share: () => share, errorRate: (canary) => (canary ? 2 : 1) * rate },
        { seconds: 3_600, random: seeded(seed), alarm },
      )?.requests ?? Infinity,
  ).sort((a, b) => a - b)
  const count = (value: number): string => value.toLocaleString('en-US')
  return {
    what: `requests to see ${percent(rate)} errors doubled, canary with ${percent(share)}`,
    cul8er: `${count(median(needed))} (median)`,
    note: `in 9 of 10 cases within ${count(needed[Math.ceil(0.9 * BAD) - 1] ?? NaN)}`,
  }
}

const SAMPLES = 100_000
const COMPARED: Analysis = {
  maxErrorRatePercent: 1,
  maxLatencyP95Ms: null,
  compare: 'stable',
  maxSlowdownPercent: 20,
  command: null,
  metric: null,
  minRequests: 1,
  intervalMs: 10_000,
}

/** CPU time, since others may use the machine. The edge itself lists 20,000 requests at most. */
function looks(bench: Bench): Row[] {
  const random = seeded(1)
  const samples = Array.from({ length: SAMPLES }, (_, i): RequestSample => ({
    at: 1_800_000_000_000 + i,
    pool: 'p',
    server: random() < 0.1 ? 'canary' : 'stable',
    status: random() < 0.005 ? 500 : 200,
    totalMs: Math.round(20 * Math.exp(0.5 * normal(random))),
  }))
  const sides = { canary: new Set(['canary']), stable: new Set(['stable']) }
  const look = (evidence: Evidence): Evidence => {
    const traffic = trafficOf(samples, sides, { evidence, slowdownPercent: 20 })
    return judge(COMPARED, { ...traffic, probes: [], commandExit: null, metric: null }).evidence ?? evidence
  }
  const known = look(noEvidence())
  const row = (what: string, evidence: Evidence): Row => {
    const times = Array.from({ length: bench.rounds }, () => {
      const before = process.cpuUsage()
      look(evidence)
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1_000
    })
    return { what, cul8er: `${ms(median(times))} of CPU`, note: range(times) }
  }
  return [
    row('a look at 100,000 requests, all of them new', noEvidence()),
    row('  the same a second later, none of them new', known),
  ]
}
