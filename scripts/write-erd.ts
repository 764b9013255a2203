// npm run erd: writes docs/erd.md again, after a migration.
import { writeFile } from 'node:fs/promises';
import { createDatabase } from '../sql/database.ts';
import { freshDatabase } from './database-for-tests.ts';
import { erdText } from './docs/erd.ts';
import { readTables } from './docs/read-tables.ts';

const fresh = await freshDatabase();
try {
  const database = await createDatabase({ url: fresh.url, poolSizeMax: 1, applicationName: 'recon erd' });
  try {
    await writeFile(new URL('../docs/erd.md', import.meta.url), erdText(await readTables(database)));
  } finally {
    await database.end();
  }
} finally {
  await fresh.drop();
}
process.stdout.write('docs/erd.md\n');
