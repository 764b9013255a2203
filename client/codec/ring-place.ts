// Where the keys of the codec are kept, for the one command that changes them: a file that only its owner reads, or AWS Secrets
// Manager. What is written is read again before anybody is told.
import { randomUUID } from 'node:crypto';
import { chmod, chown, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { SecretsPlace } from '../../worker/aws-secret.ts';
import { CannotDo } from '../cannot-do.ts';
import { UsageError } from '../usage-error.ts';

export interface RingPlace {
  /** undefined where nothing is kept yet. */
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
}

/** @param reference file:PATH or aws-secret:NAME, as temporal.codec.keys names it. @throws UsageError */
export function ringPlace(reference: string, folder: string, aws: SecretsPlace): RingPlace {
  const [, scheme, name = ''] = /^(file|aws-secret):([^#]+)$/.exec(reference) ?? [];
  if (scheme === 'file') return checked(filePlace(resolve(folder, name)), reference);
  if (scheme === 'aws-secret') return checked(awsPlace(name, aws), reference);
  throw new UsageError(`--keys ${reference} is neither file:PATH nor aws-secret:NAME`);
}

function checked(place: RingPlace, reference: string): RingPlace {
  return {
    read: place.read,
    write: async (text) => {
      await place.write(text);
      if ((await place.read())?.trim() !== text.trim()) {
        throw new CannotDo(`somebody else changed ${reference} at the same moment: look at it, and rotate again`);
      }
    },
  };
}

const OWNER_ONLY = 0o600;
const OWNER_AND_GROUP = 0o660;

function filePlace(path: string): RingPlace {
  return {
    read: () =>
      readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw new CannotDo(`${path} cannot be read (${error.code})`, { cause: error });
      }),
    write: async (text) => {
      // Whole or not at all: a worker may read it at this moment.
      const unfinished = `${path}.${randomUUID()}`;
      await writeFile(unfinished, text, { mode: OWNER_ONLY, flag: 'wx' });
      try {
        await keepReaders(path, unfinished);
        await rename(unfinished, path);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
    },
  };
}

/** Whoever reads the keys now, such as the worker's user, reads the next ones. */
async function keepReaders(path: string, unfinished: string): Promise<void> {
  const before = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (before === undefined) return;
  await chown(unfinished, before.uid, before.gid);
  await chmod(unfinished, before.mode & OWNER_AND_GROUP);
}

function awsPlace(name: string, { region, endpoint }: SecretsPlace): RingPlace {
  const open = async () => {
    const aws = await import('@aws-sdk/client-secrets-manager');
    const client = new aws.SecretsManagerClient({
      ...(region === undefined ? {} : { region }),
      ...(endpoint === undefined ? {} : { endpoint }),
    });
    return { aws, client };
  };
  return {
    read: async () => {
      const { aws, client } = await open();
      try {
        const command = new aws.GetSecretValueCommand({ SecretId: name, VersionStage: 'AWSCURRENT' });
        return (await client.send(command)).SecretString;
      } catch (error) {
        if (error instanceof aws.ResourceNotFoundException) return undefined;
        throw error;
      } finally {
        client.destroy();
      }
    },
    write: async (text) => {
      const { aws, client } = await open();
      try {
        await client.send(new aws.PutSecretValueCommand({ SecretId: name, SecretString: text }));
      } catch (error) {
        if (!(error instanceof aws.ResourceNotFoundException)) throw error;
        throw new CannotDo(`there is no secret ${name}: make it empty first (terraform does), then rotate`, {
          cause: error,
        });
      } finally {
        client.destroy();
      }
    },
  };
}
