// Makes the configured account known to the database, or brings what is known up to date. Idempotent by account name.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { AccountSetup } from '../accounts.ts';

export function upsertAccount(connection: CommonQueryMethods, setup: AccountSetup): Promise<number> {
  return connection.oneFirst(sql.type(z.object({ account_id: z.number() }))`
    insert into accounts (account, processor_name, zone, reporting_currency, start_date)
    values (${setup.account}, ${setup.processor}, ${setup.zone}, ${setup.reportingCurrency}, ${setup.startDate})
    on conflict (account) do update
      set zone = excluded.zone, reporting_currency = excluded.reporting_currency, start_date = excluded.start_date
    returning account_id`);
}
