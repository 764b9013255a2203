// One runner for every suite; which suites run is decided by scripts/test.ts, so that what was skipped can be said.
export default {
  testEnvironment: 'node',
  globalSetup: '<rootDir>/scripts/jest-global-setup.ts',
  globalTeardown: '<rootDir>/scripts/jest-global-teardown.ts',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'es6' },
      },
    ],
  },
  testMatch: ['<rootDir>/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/\\.recon/'],
  // A busy machine is many times slower than a quiet one; a test that hangs is still ended.
  testTimeout: 240_000,
};
