// What must come out of real situations. The situations are a table of their own, edge-cases.txt, to be read by a finance
// person; this file only runs them, part by part.
import { readFileSync } from 'node:fs';
import { describe } from '@jest/globals';
import { parseParts, testSituations } from './edge-cases-for-tests.ts';
import { situationsForTests } from './situations-for-tests.ts';

const situations = situationsForTests();
const TABLE = readFileSync(new URL('edge-cases.txt', import.meta.url), 'utf8');

for (const { title, scripts } of parseParts(TABLE)) {
  describe(title, () => testSituations(situations, scripts));
}
