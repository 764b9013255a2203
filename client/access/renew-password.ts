// Gives the login that asks a new password. Whoever made the login does not know it any more.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { newPassword, scramVerifier } from './scram-verifier.ts';

export async function renewPassword(
  database: DatabasePool,
): Promise<{ readonly login: string; readonly password: string }> {
  const login = await database.oneFirst(sql.type(z.object({ login: z.string() }))`select session_user::text as login`);
  const password = newPassword();
  await database.query(
    sql.type(
      z.object({}).loose(),
    )`alter role ${sql.identifier([login])} password ${sql.literalValue(scramVerifier(password))}`,
  );
  return { login, password };
}
