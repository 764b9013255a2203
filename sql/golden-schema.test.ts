import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DatabasePool, sql } from 'slonik';
import * as vocabulary from '../domain/vocabulary.ts';
import { freshDatabase, type TestDatabase } from '../scripts/database-for-tests.ts';
import { createDatabase } from './database.ts';
import { goldenSchema } from './golden-schema.ts';

const GOLDEN = new URL('./schema.sql', import.meta.url);

let fresh: TestDatabase;
let database: DatabasePool;
beforeAll(async () => {
  fresh = await freshDatabase();
  database = await createDatabase({ url: fresh.url, poolSizeMax: 1, applicationName: 'recon tests' });
});
afterAll(async () => {
  await database?.end();
  await fresh?.drop();
});

test('the schema is the one that schema.sql shows', async () => {
  const found = await goldenSchema(database);
  if (process.env.RECON_UPDATE_GOLDEN === '1') await writeFile(GOLDEN, found);
  // After a migration: RECON_UPDATE_GOLDEN=1, and read the difference.
  expect(found).toBe(await readFile(GOLDEN, 'utf8'));
});
