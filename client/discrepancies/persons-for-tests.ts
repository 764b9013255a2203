// People with logins of their own, as recon access add makes them, for tests of what the database lets each of them do.
import { randomBytes } from 'node:crypto';
import { afterAll } from '@jest/globals';
import { Client } from 'pg';
import type { Role } from '../access/roles.ts';

export interface Person {
  readonly login: string;
  readonly url: string;
  readonly client: Client;
  /** The one value of a call, such as `note_discrepancy($1, $2)`. */
  call<T = string>(call: string, ...values: readonly unknown[]): Promise<T>;
}

/** In minor units. */
export interface TestLimit {
  readonly account: string;
  readonly currency: string;
  readonly amount: string;
}

/** For the top of a test file. The logins go when its tests are done. */
export function personsForTests(databaseUrl: () => string) {
  const made: Person[] = [];

  async function asRoot<T>(work: (root: Client) => Promise<T>): Promise<T> {
    const root = new Client({ connectionString: databaseUrl() });
    await root.connect();
    try {
      return await work(root);
    } finally {
      await root.end();
    }
  }

  async function login(name: string, roles: readonly Role[]): Promise<Person> {
    const unique = `${name}_${randomBytes(4).toString('hex')}`;
    const url = new URL(databaseUrl());
    url.username = unique;
    url.password = randomBytes(12).toString('hex');
    const groups = roles.map((role) => `recon_${role}`).join(', ');
    await asRoot((root) => root.query(`create role ${unique} login password '${url.password}' in role ${groups}`));
    const client = new Client({ connectionString: url.href });
    await client.connect();
    const person: Person = {
      login: unique,
      url: url.href,
      client,
      call: async (call, ...values) => {
        const { rows } = await client.query(`select ${call} as value`, [...values]);
        return rows[0]?.value;
      },
    };
    made.push(person);
    return person;
  }

  /** Whoever is an approver may give up what the amounts of most tests come to, unless other limits are named. */
  async function person(
    name: string,
    roles: readonly Role[],
    accounts: readonly string[] = [],
    limits: readonly TestLimit[] = roles.includes('approver')
      ? [{ account: '*', currency: 'USD', amount: '100000' }]
      : [],
  ): Promise<Person> {
    const one = await login(name, roles);
    await asRoot((root) =>
      root.query('select register_person($1, $2, $3, $4, $5)', [
        one.login,
        roles,
        accounts.length === 0,
        accounts,
        JSON.stringify(limits),
      ]),
    );
    return one;
  }

  afterAll(async () => {
    for (const { client } of made) await client.end();
    await asRoot(async (root) => {
      for (const one of made) await root.query(`drop owned by ${one.login}; drop role ${one.login}`);
    });
  });

  return {
    person,
    /** With the roles of the database, and entered as nobody. */
    login,
    asRoot,
  };
}
