// The allow-list of Square's answers as they stand on the wire, applied before the SDK sees them: it writes values that it
// did not expect to the console. What is not named here goes no further. Never changes a number.

const ENVELOPE = 'cursor errors locations payment payments refunds disputes payouts payout_entries';
const RECORD = `id merchant_id location_id created_at updated_at status type state source_type destination_type order_id
  reference_id payment_id refund_id dispute_id payout_id arrival_date end_to_end_id effective_at`;
const MONEY = `amount currency amount_money total_money processing_fee disputed_payment gross_amount_money
  fee_amount_money net_amount_money`;
const NAMED = new Set(`${ENVELOPE} ${RECORD} ${MONEY}`.split(/\s+/));
// `type_charge_details` and 24 others, and those to come.
const ENTRY_DETAILS = /^type_[a-z_]+_details$/;
const WHOLE_NUMBER = /^-?\d+$/;
const NOTHING = /^\s*\{\s*\}\s*$/;

// Newer than TypeScript's declarations: https://tc39.es/proposal-json-parse-with-source (in Node since 21).
type Reviver = (this: unknown, name: string, value: unknown, context: { readonly source?: string }) => unknown;
const { parse, rawJSON } = JSON as unknown as {
  readonly parse: (text: string, reviver: Reviver) => unknown;
  readonly rawJSON: (text: string) => unknown;
};

/** The JSON text of what may be looked at; null where the text is no JSON object, or has nothing of Square's in it. */
export function projectSquareAnswer(text: string): string | null {
  try {
    const answer = parse(text, function (name, value, { source }) {
      const isNamed = name === '' || Array.isArray(this) || NAMED.has(name) || ENTRY_DETAILS.test(name);
      if (!isNamed) return undefined;
      return typeof value === 'number' ? exact(value, source ?? '') : value;
    });
    if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return null;
    // Square says `{}` where there is nothing; what became `{}` here was somebody else's.
    return Object.keys(answer).length > 0 || NOTHING.test(text) ? JSON.stringify(answer) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** A number too big for a float keeps its digits. One that is not whole becomes a text, which no amount is. */
function exact(value: number, source: string): unknown {
  if (Number.isSafeInteger(value)) return value;
  return WHOLE_NUMBER.test(source) ? rawJSON(source) : source;
}
