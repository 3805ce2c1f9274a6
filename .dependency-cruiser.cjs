/* The directions that imports may take. Types cost nothing at run time, so where a rule says so they are free. */

const IO_CORE =
  '^(node:)?(fs|fs/promises|net|tls|http|https|http2|dgram|dns|dns/promises|child_process|cluster|worker_threads|readline|readline/promises)$'
const PURE = '^src/(topology|plan|incus|analysis|health/probes)/'
/** What a topology file may say of hosts, balancers, notifiers and secrets stands beside what has effects, and is as pure as the topology. */
const PURE_BESIDE =
  '^src/(hosts/kinds/(address|addresses|bare|[^/]+/address|incus/remote)|secrets/((notifier|backup)-key|sources/(source|sources|[^/]+/declared))|notifiers/(notifier|notifiers|known|words|[^/]+/declared)|traffic/(balancer|balancers|chosen|[^/]+/declared))\\.ts$'
const IO_PACKAGES = '(^|/)node_modules/(execa|ssh2|pino|@clack|@temporalio|@grpc)/'

/** A rule that forbids an edge, of whatever kind. */
const never = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })
/** The same, where an `import type` is allowed. */
const typesOnly = (name, comment, from, to) =>
  never(name, comment, from, { ...to, dependencyTypesNot: ['type-only', 'type-import'] })

module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      comment: 'What needs each other is one thing, or two with a third between them; types count as well.',
      severity: 'error',
      from: {},
      // A topology file imports the cul8er that loads it: that one circle is what src/loaders/code.ts is for, when it is called.
      to: {
        circular: true,
        viaOnly: { pathNot: '^src/loaders/code\\.ts$' },
      },
    },
    never('no-unresolvable', 'It would fail when it is run.', {}, { couldNotResolve: true }),

    never(
      'pure-rooms-no-core-io',
      'Topology, plan, incus, analysis and the kinds of probes are pure: data in, data out.',
      { path: [PURE, PURE_BESIDE] },
      { dependencyTypes: ['core'], path: IO_CORE },
    ),
    never(
      'pure-rooms-no-io-package',
      'Topology, plan, incus, analysis and the kinds of probes are pure: data in, data out.',
      { path: [PURE, PURE_BESIDE] },
      { path: IO_PACKAGES },
    ),
    typesOnly(
      'pure-rooms-no-effects',
      'Topology, plan, incus, analysis and the kinds of probes import no room that has effects.',
      { path: [PURE, PURE_BESIDE] },
      {
        path: '^(src/(hosts|health|traffic|notifiers|releases|secrets|artifacts|instances|loaders|service|client|cli|setup|observe)|activities|workers|workflows)/',
        pathNot: ['^src/health/probes/', PURE_BESIDE],
      },
    ),

    typesOnly(
      'workflows-are-deterministic',
      'Workflows use contracts, pure functions of plan, strategies, steps and topology, and words; effects are activities.',
      { path: '^workflows/' },
      {
        path: '^(src|activities|workers)/',
        pathNot:
          '^src/(contracts/|naming/|plan/|topology/|strategies/|steps/|(errors|plural|some-of)\\.ts$|health/model\\.ts$|notifiers/notifiers\\.ts$|traffic/(model|weights)\\.ts$)',
      },
    ),
    never(
      'workflows-no-core',
      'A workflow runs in a sandbox without Node.',
      { path: '^workflows/' },
      { dependencyTypes: ['core'] },
    ),
    never(
      'workflows-few-packages',
      'A workflow bundle holds the SDK and pure packages.',
      { path: '^workflows/' },
      { path: '(^|/)node_modules/', pathNot: '(^|/)node_modules/(@temporalio/(workflow|common|proto)|zod)/' },
    ),

    never(
      'nothing-imports-cli',
      'The command line is the outermost layer.',
      { pathNot: '^src/cli/' },
      { path: '^src/cli/' },
    ),
    never(
      'cli-through-client',
      'The command line talks to operations through the client; `cul8er worker` becomes a worker.',
      { path: '^src/cli/' },
      { path: '^(activities|workers)/', pathNot: '^workers/main\\.ts$' },
    ),
    typesOnly(
      'cli-and-client-know-messages',
      'Clients know the contracts, not what workflows do.',
      { path: '^src/' },
      { path: '^workflows/' },
    ),
    never(
      'src-below-activities',
      'Activities call the rooms, never the other way round.',
      { path: '^src/', pathNot: '^src/cli/' },
      { path: '^(activities|workers)/' },
    ),
    never(
      'activities-are-thin',
      'An activity calls rooms of src; it knows neither clients nor workers.',
      { path: '^activities/' },
      { path: '^(src/(client|cli)|workers)/' },
    ),
    typesOnly(
      'activities-know-messages',
      'Activities share contracts with workflows, not code.',
      { path: '^activities/' },
      { path: '^workflows/' },
    ),
    never(
      'product-without-tests',
      'Nothing that is shipped depends on tests, benchmarks or examples.',
      { path: '^(src|workflows|activities|workers)/' },
      { path: '^(test|bench|examples|scripts)/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
}
