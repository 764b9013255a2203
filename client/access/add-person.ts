// Makes the login of a person and enters who it is, in one transaction: a login without an entry may do nothing.
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { UsageError } from '../usage-error.ts';
import { databaseRole, ROLES, type Role } from './roles.ts';
import { newPassword, scramVerifier } from './scram-verifier.ts';
import type { WriteOffLimit } from './write-off-limit.ts';

export interface NewPerson {
  readonly name: string;
  readonly roles: readonly Role[];
  /** None: all there are. */
  readonly accounts: readonly string[];
  /** How much money it may give up by decisions; what is not named, it may not. */
  readonly limits: readonly WriteOffLimit[];
}

// As sql/migrations/0011_people.sql has it.
const NAME = /^(?!pg_|recon_)[a-z][a-z0-9_.-]{0,62}$/;
// Since then a role can be handed out by somebody who may not use it himself.
const GRANT_OPTIONS_SINCE = 160_000;
const nothing = z.object({}).loose();

/** @returns The first password; null where the login was there already. */
export async function addPerson(database: DatabasePool, person: NewPerson): Promise<string | null> {
  if (!NAME.test(person.name)) {
    throw new UsageError(
      `"${person.name}" is no name of a login: small letters, digits, _ . and -, and not pg_ or recon_`,
    );
  }
  const limits = person.limits.map(({ amount, ...where }) => ({ ...where, amount: String(amount) }));
  return database.transaction(async (connection) => {
    const password = await ensureLogin(connection, person);
    await grantJust(connection, person);
    await connection.query(sql.type(nothing)`
      select register_person(${person.name}, ${sql.array([...person.roles], 'text')}, ${person.accounts.length === 0},
                             ${sql.array([...person.accounts], 'text')}, ${JSON.stringify(limits)}::jsonb)::text as done`);
    return password;
  });
}

async function ensureLogin(connection: CommonQueryMethods, { name, roles }: NewPerson): Promise<string | null> {
  if (await connection.exists(sql.type(nothing)`select from pg_roles where rolname = ${name}`)) {
    // Never a login that is there for something else, such as the worker's.
    if (await connection.exists(sql.type(nothing)`select from people where login = ${name}`)) return null;
    throw new UsageError(`there is a login ${name} that is no person's: choose another name`);
  }
  const password = newPassword();
  // Names and passwords cannot be parameters of these statements.
  await connection.query(sql.type(nothing)`
    create role ${sql.identifier([name])} login ${roles.includes('admin') ? sql.fragment`createrole` : sql.fragment``}
    password ${sql.literalValue(scramVerifier(password))}`);
  return password;
}

async function grantJust(connection: CommonQueryMethods, { name, roles }: NewPerson): Promise<void> {
  const login = sql.identifier([name]);
  for (const role of ROLES) {
    const group = sql.identifier([databaseRole(role)]);
    if (roles.includes(role)) await connection.query(sql.type(nothing)`grant ${group} to ${login}`);
    else await connection.query(sql.type(nothing)`revoke ${group} from ${login}`);
  }
  if (!roles.includes('admin')) return;
  // Hands out roles without having them.
  const version = await connection.oneFirst(sql.type(z.object({ version: z.number() }))`
    select current_setting('server_version_num')::integer as version`);
  if (version < GRANT_OPTIONS_SINCE) return;
  await connection.query(sql.type(nothing)`
    grant recon_operator, recon_approver, recon_auditor to ${login} with admin true, inherit false, set false`);
  await connection.query(sql.type(nothing)`grant recon_admin to ${login} with admin true, inherit true, set false`);
}
