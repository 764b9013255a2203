// Reads how a row is named on the command line: account/side/id, or the number of a discrepancy. Ids may hold slashes.
import { parseAccountName } from '../../domain/account.ts';
import { SIDES, type Side } from '../../domain/vocabulary.ts';
import { UsageError } from '../usage-error.ts';

export type RowAddress =
  | { readonly discrepancyId: bigint }
  | { readonly account: string; readonly side: Side; readonly id: string };

/** @throws UsageError */
export function parseRowAddress(text: string): RowAddress {
  if (/^[1-9]\d{0,17}$/.test(text)) return { discrepancyId: BigInt(text) };
  const [processor = '', name = '', word = '', ...rest] = text.split('/');
  const side = SIDES.find((candidate) => candidate === word);
  const id = rest.join('/');
  if (side === undefined || id === '') {
    throw new UsageError(
      `"${text}" names no row: write account/side/id, such as stripe/us/processor/ch_123 or stripe/us/internal/order-17, or the number of a discrepancy`,
    );
  }
  try {
    return { account: parseAccountName(`${processor}/${name}`).account, side, id };
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
