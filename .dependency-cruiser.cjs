// Who may import whom. `type-only` is how workflows may see activities and nothing more.
const no = (name, from, to) => ({ name, severity: 'error', from: { path: from }, to });
const value = { dependencyTypesNot: ['type-only'] };

module.exports = {
  forbidden: [
    no('no-cycles', '.', { circular: true }),
    no('domain-is-pure', '^src/domain', { path: '^src/(?!domain)|node_modules/(@temporalio|@duckdb|zod|axios)' }),
    no('workflows-see-types-and-domain', '^src/workflows', {
      pathNot: '^src/(workflows|domain)|node_modules/@temporalio/(workflow|common)',
      ...value,
    }),
    no('gateways-know-no-temporal', '^src/gateways', {
      path: 'node_modules/@temporalio|^src/(activities|workflows|client|cli)',
    }),
    no('cli-goes-through-the-client', '^src/cli', { path: '^src/(activities|gateways)', ...value }),
    no('board-shows-what-client-and-domain-say', '^src/board', {
      path: '^src/(?!board|client|domain|batch-file)',
    }),
    no('nobody-needs-the-board', '^src/(?!board|cli)', { path: '^src/board' }),
    no('duckdb-in-one-place', '^(src(?!/people-store)|simulators)', { path: 'node_modules/@duckdb' }),
    no('people-store-knows-no-outside', '^src/people-store', {
      path: '^src/(?!people-store|domain)|node_modules/(@temporalio|axios|zod)',
    }),
    no('simulators-stand-alone', '^simulators', { path: '^src' }),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
