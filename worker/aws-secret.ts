// Fetches a secret from AWS Secrets Manager: the current version, or one field of it where it is a JSON object. Messages name the
// secret and never show it.
import type { SecretSource } from './secret.ts';

export interface SecretsPlace {
  /** Default: the SDK's chain. */
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
}

/** AWS Secrets Manager did not give a secret. */
export class SecretUnavailable extends Error {
  override readonly name = 'SecretUnavailable';
}

const ATTEMPTS_MAX = 3;

/** @param reference NAME, or NAME#FIELD of a secret that is a JSON object. */
export function awsSecret(reference: string, { region, endpoint }: SecretsPlace): SecretSource {
  const [, name = '', field] = /^([^#]+)(?:#(.+))?$/.exec(reference) ?? [];
  return async () => {
    const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
    const client = new SecretsManagerClient({
      ...(region === undefined ? {} : { region }),
      ...(endpoint === undefined ? {} : { endpoint }),
      maxAttempts: ATTEMPTS_MAX,
    });
    try {
      // Said although it is the default: never one that is being rotated in, or was rotated out.
      const command = new GetSecretValueCommand({ SecretId: name, VersionStage: 'AWSCURRENT' });
      return chosen(name, field, (await client.send(command)).SecretString);
    } catch (cause) {
      if (cause instanceof SecretUnavailable) throw cause;
      throw new SecretUnavailable(`the secret ${name} cannot be fetched: ${reasonOf(cause)}`, { cause });
    } finally {
      client.destroy();
    }
  };
}

function chosen(name: string, field: string | undefined, text: string | undefined): string {
  const value = field === undefined ? text : fieldOf(text, field);
  if (value !== undefined && value !== '') return value;
  throw new SecretUnavailable(
    field === undefined
      ? `the secret ${name} holds no text`
      : `the secret ${name} is not a JSON object with a text as "${field}"`,
  );
}

function fieldOf(text: string | undefined, field: string): string | undefined {
  try {
    const value: unknown = (JSON.parse(text ?? '') as Record<string, unknown> | null)?.[field];
    return typeof value === 'string' ? value : undefined;
  } catch {
    // What JSON.parse says repeats the text.
    return undefined;
  }
}

function reasonOf(cause: unknown): string {
  const { name, message } = cause instanceof Error ? cause : new Error(String(cause));
  if (name === 'ResourceNotFoundException') return 'AWS Secrets Manager has none of this name in this region';
  if (name === 'AccessDeniedException') return 'grant the role secretsmanager:GetSecretValue on it';
  return `${name}: ${message}`;
}
