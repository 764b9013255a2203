import { readdir } from 'node:fs/promises';
import { afterEach, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { emptyDatabase, freshDatabase, type TestDatabase } from '../scripts/database-for-tests.ts';
import { MigrationEdited, migrate } from './migrate.ts';

const databases: TestDatabase[] = [];
afterEach(async () => {
  for (const database of databases.splice(0)) await database.drop();
});

test('migrating a second time does nothing', async () => {
  const database = await emptyDatabase();
  databases.push(database);
  expect(await migrate(database.url)).toEqual((await readdir(new URL('./migrations/', import.meta.url))).sort());
  expect(await migrate(database.url)).toEqual([]);
});

test('fresh', async () => {
  for (let i = 0; i < 4; i += 1) {
    const t = performance.now();
    databases.push(await freshDatabase());
    console.log(performance.now() - t);
  }
  void Client;
  void MigrationEdited;
});
