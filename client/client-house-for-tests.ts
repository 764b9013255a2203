// What an operator has before the first command: servers that are up, a configuration, two folders of files. Never
// imported by the product.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { startStack } from '../local/stack.ts';
import { urlAsRole } from '../sql/url-as-role.ts';
import { yamlForTests } from './config-for-tests.ts';

export interface ClientHouse {
  /** For the command line: with the worker's role, as in production. */
  readonly environment: Record<string, string>;
  /** The login that may change the schema. */
  readonly ownerUrl: string;
  readonly temporal: Connection;
  readonly temporalAddress: string;
  /** As the one file of a folder of the configuration. */
  writeRows(folder: string, rows: readonly object[]): Promise<void>;
  close(): Promise<void>;
}

export async function openClientHouse(startDate: string): Promise<ClientHouse> {
  const folder = await mkdtemp(join(tmpdir(), 'recon-client-test-'));
  const stack = await startStack({ durable: false, ui: false, mailbox: true });
  const temporal = await Connection.connect({ address: stack.temporal.address });
  const config = join(folder, 'recon.yaml');
  await writeFile(config, yamlForTests({ temporal: stack.temporal.address, startDate }));
  return {
    environment: {
      RECON_CONFIG: config,
      DATABASE_URL: urlAsRole(stack.postgres.url, 'recon_worker'),
      SMTP_URL: stack.mailbox?.url ?? '',
    },
    ownerUrl: stack.postgres.url,
    temporal,
    temporalAddress: stack.temporal.address,
    writeRows: async (name, rows) => {
      await mkdir(join(folder, name), { recursive: true });
      await writeFile(join(folder, name, 'rows.ndjson'), rows.map((one) => `${JSON.stringify(one)}\n`).join(''));
    },
    close: async () => {
      await temporal.close();
      await stack.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
