// Who may do what with the objects of the schema, from the catalog: owners, grants, and what roles may do by themselves.
// An owner's rights over its own objects are not repeated.
import { sql } from 'slonik';
import { z } from 'zod';
import type { StatementQuery } from './golden-objects.ts';

const statement = z.object({ text: z.string() });

export const ROLES: StatementQuery = sql.type(statement)`
  select concat_ws(' ', 'create role', rolname, case when rolcanlogin then 'login' else 'nologin' end,
                   case when rolsuper then 'superuser' end, case when rolcreaterole then 'createrole' end,
                   case when rolcreatedb then 'createdb' end, case when rolbypassrls then 'bypassrls' end,
                   case when rolreplication then 'replication' end,
                   'in role ' || (select string_agg(m.roleid::regrole::text, ', ' order by m.roleid::regrole::text collate "C")
                                  from pg_auth_members m where m.member = r.oid)) || ';' as text
  from pg_roles r
  where rolname in ('recon_owner', 'recon_worker', 'recon_auditor', 'recon_operator', 'recon_approver', 'recon_admin')
  order by rolname collate "C"`;

/** One line where all is as it should be. */
export const OWNERS: StatementQuery = sql.type(statement)`
  select format('-- %s objects belong to %s', count(*), owner)
         || case when owner = 'recon_owner' then '' else ': ' || string_agg(name, ', ' order by name collate "C") end as text
  from (
    select relname::text, relowner::regrole::text from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S', 'f')
      -- The months of the volume tables come and go, but may belong to nobody else.
      and (relowner::regrole::text <> 'recon_owner' or relname !~ '^(processor|internal)_transactions_[0-9]{6}$')
    union all
    select proname, proowner::regrole::text from pg_proc where pronamespace = 'public'::regnamespace
    union all
    select typname, typowner::regrole::text from pg_type where typnamespace = 'public'::regnamespace and typtype = 'e'
  ) as object (name, owner)
  group by owner
  order by owner collate "C"`;

export const GRANTS: StatementQuery = sql.type(statement)`
  with entries as (
    select 1 as rank, 'schema ' || n.nspname as object, n.nspowner as owner, null::text as columns, a.*
    from pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
    where n.nspname = 'public'
    union all
    select 2, case c.relkind when 'S' then 'sequence ' else '' end || quote_ident(c.relname), c.relowner, null, a.*
    from pg_class c, aclexplode(c.relacl) a
    where c.relnamespace = 'public'::regnamespace
    union all
    select 2, quote_ident(c.relname), c.relowner, quote_ident(t.attname), a.*
    from pg_attribute t join pg_class c on c.oid = t.attrelid, aclexplode(t.attacl) a
    where c.relnamespace = 'public'::regnamespace and not t.attisdropped
    union all
    select 3, format('function %I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)), p.proowner, null, a.*
    from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
    where p.pronamespace = 'public'::regnamespace
    union all
    select 4, 'future objects of ' || d.defaclrole::regrole, d.defaclrole, null, a.*
    from pg_default_acl d, aclexplode(d.defaclacl) a
  ), granted as (
    select rank, object, case grantee when 0 then 'public' else grantee::regrole::text end as role, is_grantable,
           lower(privilege_type) || coalesce(' (' || string_agg(columns, ', ' order by columns collate "C") || ')', '') as verb
    from entries
    where grantee <> owner
    group by rank, object, grantee, is_grantable, privilege_type
  )
  select format('grant %s on %s to %s%s;', string_agg(verb, ', ' order by verb collate "C"), object, role,
                case when is_grantable then ' with grant option' else '' end) as text
  from granted
  group by rank, object, role, is_grantable
  order by rank, object collate "C", role collate "C"`;
