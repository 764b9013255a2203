// How recon.yaml names a database: by a secret that is its whole address, or by an address and the secret that is its password, as where
// another hand rotates the password alone (RDS). Either way one secret comes out, which is the whole address of now.
import { z } from 'zod';
import { passwordOf } from '../sql/database-link.ts';
import { Secret } from './secret.ts';

export type DatabaseAddress = z.ZodType<Secret, unknown>;

export function databaseAddress(secret: z.ZodType<Secret, string>): DatabaseAddress {
  const parts = z
    .strictObject({ url: z.url({ protocol: /^postgres(ql)?$/ }), password: secret })
    .refine(({ url }) => !URL.canParse(url) || passwordOf(url) === undefined, {
      path: ['url'],
      message: 'holds a password, which does not belong in this file',
    })
    .transform(({ url, password }) => {
      const whole = async () => withPassword(url, await password.current({ fresh: true }));
      return new Secret(withPassword(url, password.reveal()), whole);
    });
  return z.unknown().transform((given, context): Secret => {
    const parsed = (typeof given === 'object' ? parts : secret).safeParse(given);
    if (parsed.success) return parsed.data;
    for (const { message, path } of parsed.error.issues) context.addIssue({ code: 'custom', message, path });
    return z.NEVER;
  });
}

function withPassword(url: string, password: string): string {
  // The setter leaves a % as it is.
  return Object.assign(new URL(url), { password: encodeURIComponent(password) }).href;
}
