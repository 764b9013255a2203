// Reads the tables, keys and foreign keys of the schema from the catalog; partitions count as their parent. Reads only.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';

const column = z.object({
  name: z.string(),
  type: z.string(),
  isPrimary: z.boolean(),
});

const table = z.object({ name: z.string(), comment: z.string().nullable(), columns: z.array(column) });

const foreignKey = z.object({
  child: z.string(),
  parent: z.string(),
  columns: z.array(z.string()),
  /** The child may have none. */
  isOptional: z.boolean(),
  /** A parent has one child at most. */
  isUnique: z.boolean(),
});

export type SchemaTable = z.infer<typeof table>;
export type ForeignKey = z.infer<typeof foreignKey>;

export interface SchemaTables {
  readonly tables: ReadonlyMap<string, SchemaTable>;
  readonly foreignKeys: readonly ForeignKey[];
}

export async function readTables(database: CommonQueryMethods): Promise<SchemaTables> {
  const tables = await database.any(sql.type(table)`
    select c.relname as name, obj_description(c.oid, 'pg_class') as comment,
           (select jsonb_agg(jsonb_build_object(
                     'name', a.attname, 'type', format_type(a.atttypid, null),
                     'isPrimary', coalesce(a.attnum = any(k.conkey), false)) order by a.attnum)
            from pg_attribute a
            left join pg_constraint k on k.conrelid = c.oid and k.contype = 'p'
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    order by c.relname collate "C"`);
  const foreignKeys = await database.any(sql.type(foreignKey)`
    select c.relname as child, p.relname as parent, f.columns, f.is_optional as "isOptional",
           exists (select 1 from pg_constraint u where u.conrelid = k.conrelid and u.contype in ('p', 'u') and u.conkey <@ k.conkey)
             as "isUnique"
    from pg_constraint k
    join pg_class c on c.oid = k.conrelid and not c.relispartition
    join pg_class p on p.oid = k.confrelid
    cross join lateral (
      select array_agg(a.attname::text order by a.attnum) as columns, bool_or(not a.attnotnull) as is_optional
      from pg_attribute a where a.attrelid = k.conrelid and a.attnum = any(k.conkey)) f
    where k.contype = 'f' and c.relnamespace = 'public'::regnamespace and k.conparentid = 0
    order by c.relname collate "C", p.relname collate "C", f.columns`);
  return { tables: new Map(tables.map((found) => [found.name, found])), foreignKeys };
}
