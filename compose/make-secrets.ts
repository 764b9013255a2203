// Makes the passwords that the services of docker compose know each other by, once: a file that is there is never written again, so
// that a second start changes nothing. Each folder is a volume of its own, mounted only where it is needed.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new RangeError('name a folder: node compose/make-secrets.ts /secrets');

const owner = once('database/owner-password', random);
const worker = once('database/worker-password', random);
once('database/owner-url', () => `postgres://recon:${owner}@database:5432/recon`);
once('database/shop-url', () => `postgres://recon:${owner}@database:5432/shop`);
once('temporal/database-password', random);
once('grafana/admin-password', random);
once('recon/database-url', () => `postgres://recon_service:${worker}@database:5432/recon`);
once('recon/token-key', random);
// Of the emulators, and no secrets: what they protect is made up (sandbox/shop/shop-queries.ts, sandbox/main.ts).
once('recon/shop-url', () => 'postgres://shop_reader:shop_reader@database:5432/shop');
once('recon/stripe-key', () => 'rk_emulated');
once('recon/smtp-url', () => 'smtp://127.0.0.1:1025');
once('recon/aws-credentials', () => '[default]\naws_access_key_id = emulated\naws_secret_access_key = emulated');

/** 256 bits, in letters that need no escaping in a URL. */
function random(): string {
  return randomBytes(32).toString('base64url');
}

/** Readable for every user of a container that has the volume: the services run under users of their own. */
function once(name: string, make: () => string): string {
  const path = join(folder as string, name);
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  mkdirSync(join(path, '..'), { recursive: true });
  const value = make();
  // Whole or not at all: half a password would lock somebody out.
  writeFileSync(`${path}.new`, `${value}\n`, { mode: 0o444 });
  renameSync(`${path}.new`, path);
  return value;
}
