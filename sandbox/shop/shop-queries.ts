// What a user of the shop's database writes into recon.yaml: columns by the names of the file contract, $1 and $2 the window's
// start and end, $3 the account.

/** The shop's words become the contract's; trim_scale, because a numeric(18,3) writes more decimals than a dollar has. */
export const SHOP_LEDGER_QUERY = `select id::text as id, account, kind, trim_scale(amount) as amount, currency,
       occurred_at as "occurredAt", trim_scale(fee) as fee,
       case status when 'failed' then 'void' else 'settled' end as status,
       processor_reference as "processorReference", order_id as "merchantReference"
from shop.ledger
where occurred_at >= $1 and occurred_at < $2 and account = $3`;

/** One query for all accounts of the shop: the slowest of them says how far the records are complete. */
export const SHOP_WATERMARK_QUERY = 'select min(loaded_until) from shop.etl';

/** Where each account's books are loaded by themselves. */
export const SHOP_ACCOUNT_WATERMARK_QUERY = 'select loaded_until from shop.etl where account = $3';

/** The login that may only read; its password is no secret because the database is a sandbox. */
export const SHOP_READER = { user: 'shop_reader', password: 'shop_reader' } as const;
