// Looks for words in everything that a database holds.
import type { Client } from 'pg';

/** Every word that begins so in any column of any table. */
export async function whereFound(root: Client, word: string): Promise<string[]> {
  const { rows: tables } = await root.query(`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by 1`);
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await root.query(
      `select distinct m[1] as word from ${name} t cross join regexp_matches(t::text, '(${word}_[a-z]+)', 'g') m order by 1`,
    );
    found.push(...rows.map((row) => `${name} ${row.word}`));
  }
  return found;
}
