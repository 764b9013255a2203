// Imports point one way (docs/architecture.md). A rule's name says what it forbids; tests may look anywhere.
const NOT_TESTS = '\\.test\\.ts$|-for-tests\\.ts$';
const OURS = [
  'domain',
  'workflows',
  'activities',
  'worker',
  'client',
  'sql',
  'local',
  'sandbox',
  'bench',
  'scripts',
  'faults',
];

function only(folder, allowed) {
  const forbidden = OURS.filter((other) => other !== folder && !allowed.includes(other));
  return {
    name: `${folder}-imports-only-${allowed.join('-') || 'itself'}`,
    severity: 'error',
    from: { path: `^${folder}/`, pathNot: NOT_TESTS },
    to: { path: `^(${forbidden.join('|')})/` },
  };
}

module.exports = {
  forbidden: [
    only('domain', []),
    only('sql', ['domain']),
    only('workflows', ['domain']),
    {
      ...only('activities', ['domain', 'sql', 'workflows']),
    },
    {
      name: 'activities-know-workflows-by-contract',
      severity: 'error',
      from: { path: '^activities/', pathNot: NOT_TESTS },
      to: { path: '^workflows/', pathNot: '^workflows/contracts\\.ts$' },
    },
    only('worker', ['domain', 'sql', 'workflows', 'activities']),
    only('local', []),
    only('sandbox', ['domain']),
    {
      ...only('client', ['domain', 'sql', 'workflows', 'activities', 'worker', 'local']),
      from: { path: '^client/', pathNot: `${NOT_TESTS}|^client/(run-)?demo` },
    },
    {
      name: 'domain-uses-few-packages',
      severity: 'error',
      from: { path: '^domain/', pathNot: NOT_TESTS },
      to: { path: 'node_modules', pathNot: 'node_modules/(zod|decimal\\.js|temporal-polyfill)/' },
    },
    {
      name: 'workflows-use-temporal-only',
      severity: 'error',
      from: { path: '^workflows/', pathNot: NOT_TESTS },
      to: { path: 'node_modules', pathNot: 'node_modules/@temporalio/(workflow|common)/' },
    },
    {
      name: 'workflows-use-no-node',
      severity: 'error',
      from: { path: '^workflows/', pathNot: NOT_TESTS },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)\\.recon/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
