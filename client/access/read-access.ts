// Reads who may do what from the database's own catalog, beside what was entered about people: where the two differ, it shows.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { writeOffLimit } from './write-off-limit.ts';

const personRow = z.object({
  login: z.string(),
  /** As what the person was entered; null: nobody entered this login. */
  entered: z.array(z.string()).nullable(),
  /** Roles of recon that the login can use now. */
  granted: z.array(z.string()),
  accounts: z.array(z.string()),
  limits: z.array(writeOffLimit),
  allAccounts: z.boolean(),
  changedBy: z.string().nullable(),
  changedAtMs: z.number().nullable(),
});

const grantRow = z.object({ table: z.string(), role: z.string(), verbs: z.array(z.string()) });
const functionRow = z.object({ name: z.string(), roles: z.array(z.string()) });

export interface Access {
  readonly people: ReadonlyArray<z.infer<typeof personRow>>;
  readonly grants: ReadonlyArray<z.infer<typeof grantRow>>;
  readonly functions: ReadonlyArray<z.infer<typeof functionRow>>;
}

const OURS = sql.fragment`array['recon_owner', 'recon_worker', 'recon_auditor', 'recon_operator', 'recon_approver', 'recon_admin']`;

export async function readAccess(database: CommonQueryMethods): Promise<Access> {
  // One after the other: all as one login sees it at one time, and there is no hurry.
  const people = await readPeople(database);
  const grants = await readGrants(database);
  return { people, grants, functions: await readFunctions(database) };
}

function readPeople(database: CommonQueryMethods): Promise<Access['people']> {
  return database.any(sql.type(personRow)`
    select l.login, p.roles as entered, l.granted,
           coalesce((select array_agg(a.account order by a.account) from person_accounts a where a.login = l.login), '{}') as accounts,
           coalesce((select jsonb_agg(jsonb_build_object('account', w.account, 'currency', w.currency, 'amount', w.amount_max::text)
                                      order by w.account, w.currency)
                     from write_off_limits w where w.login = l.login), '[]') as limits,
           coalesce(p.all_accounts, false) as "allAccounts", p.changed_by as "changedBy", p.changed_at as "changedAtMs"
    from (
      select r.rolname::text as login,
             array(select replace(g.name, 'recon_', '') from unnest(${OURS}) g (name)
                   where pg_has_role(r.oid, g.name::regrole, 'usage') order by g.name) as granted
      from pg_roles r
      where r.rolcanlogin and not r.rolsuper
        and (exists (select from people e where e.login = r.rolname)
             or exists (select from unnest(${OURS}) g (name) where pg_has_role(r.oid, g.name::regrole, 'usage')))
      union all
      select p.login, '{}' from people p where not exists (select from pg_roles r where r.rolname = p.login and r.rolcanlogin)
    ) l
    left join people p using (login)
    order by l.login`);
}

function readGrants(database: CommonQueryMethods): Promise<Access['grants']> {
  return database.any(sql.type(grantRow)`
    select * from (
      select c.relname::text as table, g.name as role,
             array(select v.verb || case when has_table_privilege(g.name, c.oid, v.verb) then '' else ' (columns)' end
                   from unnest(array['select', 'insert', 'update', 'delete', 'truncate']) with ordinality as v (verb, ord)
                   where has_table_privilege(g.name, c.oid, v.verb)
                     or (v.verb in ('select', 'insert', 'update') and has_any_column_privilege(g.name, c.oid, v.verb))
                   order by v.ord) as verbs
      from pg_class c cross join unnest(${OURS}) g (name)
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition and g.name <> 'recon_owner'
    ) m
    where cardinality(verbs) > 0 order by "table", role`);
}

function readFunctions(database: CommonQueryMethods): Promise<Access['functions']> {
  return database.any(sql.type(functionRow)`
    select * from (
      select p.proname::text as name,
             array(select replace(g.name, 'recon_', '') from unnest(${OURS}) g (name)
                   where g.name <> 'recon_owner' and has_function_privilege(g.name, p.oid, 'execute') order by g.name) as roles
      from pg_proc p where p.pronamespace = 'public'::regnamespace
    ) f
    where cardinality(roles) > 0 order by name`);
}
