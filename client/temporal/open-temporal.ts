// Opens the connection to Temporal, and says in the operator's words why it cannot be opened.
import { Client, Connection } from '@temporalio/client';
import { TemporalUnreachable } from '../../worker/connection-errors.ts';
import type { TemporalPlace } from '../../worker/temporal-place.ts';
import { chain } from '../explain-error.ts';

export interface TemporalAccess extends Omit<TemporalPlace, 'login'> {
  readonly client: Client;
  readonly connection: Connection;
}

const CONNECT_TIMEOUT_MS = 5_000;

/** @throws TemporalUnreachable */
export async function openTemporal({ login, ...place }: TemporalPlace): Promise<TemporalAccess> {
  try {
    const connection = await Connection.connect({
      ...login,
      address: place.address,
      connectTimeout: CONNECT_TIMEOUT_MS,
    });
    const { namespace, dataConverter } = place;
    const client = new Client({ connection, namespace, ...(dataConverter === undefined ? {} : { dataConverter }) });
    return { ...place, connection, client };
  } catch (cause) {
    throw new TemporalUnreachable(place.address, chain(cause).at(-1)?.message ?? String(cause), { cause });
  }
}
