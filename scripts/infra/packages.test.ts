import { expect, test } from '@jest/globals';
import { packageProblems, pipProblems } from './packages-check.ts';

const MANIFEST_OF_PACKAGES = {
  ...{ dependencies: { a: '1.0.0' }, devDependencies: {}, allowScripts: {} },
  ...{ scripts: {}, optionalDependencies: {}, peerDependencies: {} },
};
const PACKAGE = { integrity: 'sha512-x', license: 'MIT' };
test.each([
  ['floats', { dependencies: { a: '^1.0.0' } }, PACKAGE, 'package.json: a ^1.0.0 is not an exact version'],
  [
    'runs at every installation',
    { scripts: { postinstall: 'x' } },
    PACKAGE,
    'package.json: the script postinstall would run at every npm ci: call it where it is needed',
  ],
  [
    'has a weak hash',
    {},
    { ...PACKAGE, integrity: 'sha1-x' },
    'package-lock.json: node_modules/a: has a hash that can be forged: sha512',
  ],
  ['has no hash', {}, { ...PACKAGE, integrity: undefined }, 'package-lock.json: node_modules/a: has no hash'],
  [
    'comes from elsewhere',
    {},
    { ...PACKAGE, resolved: 'https://example.com/a.tgz' },
    'package-lock.json: node_modules/a: comes from https://example.com/a.tgz',
  ],
  [
    'runs a script',
    {},
    { ...PACKAGE, hasInstallScript: true },
    'package-lock.json: node_modules/a: runs a script at installation: decide in allowScripts',
  ],
  [
    'may not be shipped',
    {},
    { ...PACKAGE, license: 'AGPL-3.0' },
    'package-lock.json: node_modules/a: has the licence AGPL-3.0',
  ],
])('a package is refused that %s', (_, manifest, entry, problem) => {
  const whole = { ...MANIFEST_OF_PACKAGES, ...manifest };
  expect(
    packageProblems(whole, { packages: { '': { dependencies: whole.dependencies }, 'node_modules/a': entry } }),
  ).toEqual([problem]);
  expect(packageProblems(MANIFEST_OF_PACKAGES, { packages: { 'node_modules/a': PACKAGE } })).toEqual([]);
});

test('a package of Python is named by version and hash', () => {
  const hash = `--hash=sha256:${'0'.repeat(64)}`;
  expect(pipProblems('x.txt', `# made\na==1.0 \\\n    ${hash} \\\n    ${hash}\n    # via b\nb==2.0 ${hash}\n`)).toEqual(
    [],
  );
  expect(pipProblems('x.txt', `a>=1.0 ${hash}\nb==2.0\n`)).toEqual([
    expect.stringContaining('a>=1.0 is not named by version and hash'),
    expect.stringContaining('b==2.0 is not named by version and hash'),
  ]);
});

test('what the lock says otherwise than package.json is told', () => {
  expect(packageProblems(MANIFEST_OF_PACKAGES, { packages: { '': { dependencies: { a: '2.0.0' } } } })).toEqual([
    'package-lock.json: a is not as package.json says: npm install',
  ]);
});
