// What a configuration may name as a secret: env:NAME, file:PATH, aws-secret:NAME. Their values are looked up here and nowhere else.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { awsSecret, type SecretsPlace } from './aws-secret.ts';
import { Secret } from './secret.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface SecretPlaces {
  readonly environment: Environment;
  /** Of the configuration, where relative paths start. */
  readonly folder: string;
  readonly aws: SecretsPlace;
}

const REFERENCE = /^(env|file|aws-secret):(.+)$/s;
const AWS_REFERENCE = /^aws-secret:(.+)$/;
const AWS_SECRETS_MAX = 200;
const DEPTH_MAX = 20;

/** Turns a reference into its secret. @throws RangeError that says how to name one. */
export type ReadSecret = (reference: string) => Secret;

/** Fetches what lies outside of this machine, all at once, so that everything that is missing is told together. */
export async function readSecrets(body: unknown, places: SecretPlaces): Promise<ReadSecret> {
  const names = [...new Set(awsReferences(body))];
  if (names.length > AWS_SECRETS_MAX) throw new RangeError(`more than ${AWS_SECRETS_MAX} secrets are named`);
  const fetched = await Promise.all(
    names.map(async (name) => {
      const source = awsSecret(name, places.aws);
      const result = await source().then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      return [name, { ...result, source }] as const;
    }),
  );
  const remote = new Map(fetched);
  return (reference) => {
    const [, scheme, name = ''] = REFERENCE.exec(reference) ?? [];
    switch (scheme) {
      case 'env':
        return new Secret(fromEnvironment(places.environment, name));
      case 'file': {
        const read = () => fromFile(places.folder, name);
        return new Secret(read(), async () => read());
      }
      case 'aws-secret': {
        const known = remote.get(name);
        if (known === undefined || 'error' in known) throw known?.error ?? new RangeError(`${name} was not fetched`);
        return new Secret(known.value, known.source);
      }
      default:
        throw new RangeError(
          'name a secret as env:NAME, file:PATH or aws-secret:NAME; its value does not belong in this file',
        );
    }
  };
}

function awsReferences(part: unknown, depth = 0): string[] {
  if (typeof part === 'string') return AWS_REFERENCE.exec(part)?.slice(1, 2) ?? [];
  if (typeof part !== 'object' || part === null || depth >= DEPTH_MAX) return [];
  return Object.values(part).flatMap((inner) => awsReferences(inner, depth + 1));
}

function fromEnvironment(environment: Environment, name: string): string {
  const value = environment[name];
  if (value === undefined || value === '') throw new RangeError(`the environment variable ${name} is not set`);
  return value;
}

function fromFile(folder: string, name: string): string {
  const value = readSecretFile(resolve(folder, name), name);
  if (value === '') throw new RangeError(`the secret file ${name} is empty`);
  return value;
}

function readSecretFile(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new RangeError(`the secret file ${name} cannot be read`, { cause });
  }
}
