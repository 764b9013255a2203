// What a mapping may say: how the rows of a foreign CSV become rows of the file contract (design section 5). Data, not
// code; unknown words are refused, so that a typing error cannot switch a rule off. What words mean together is checked
// by mapping-problems.
import { z } from 'zod';
import { currencyExponent } from '../../../domain/currency.ts';
import { KINDS, REFERENCE_TYPES, STATUSES } from '../../../domain/vocabulary.ts';

const COLUMNS_MAX = 50;
const VALUES_MAX = 500;

const column = z.string().trim().min(1, 'name a column of the header').max(200);
const columns = z.array(column).min(1).max(COLUMNS_MAX);
const oneOrMore = z.union([column.transform((name) => [name]), columns], 'write a column or a list of columns');
const text = z.string().max(200);
const texts = z.union([text.transform((value) => [value]), z.array(text).min(1).max(VALUES_MAX)]);
const flag = z.boolean();

function values<Value extends z.ZodType>(value: Value) {
  return z
    .record(text, value)
    .refine((table) => Object.keys(table).length <= VALUES_MAX, `lists more than ${VALUES_MAX} values`);
}

const formatSchema = z.strictObject({
  delimiter: z.enum([',', ';', '\t', '|'], 'write one of "," ";" "|" or a tab as "\\t"').default(','),
  encoding: z.enum(['utf-8', 'windows-1252', 'iso-8859-1', 'utf-16le']).default('utf-8'),
  decimal: z.enum(['.', ','], 'write "." or ","').default('.'),
  thousands: z.enum(['', ',', '.', ' ', "'"], `write one of "" "," "." " " "'"`).default(''),
  /** Number of the header's line; what stands above it is not read. */
  header: z.int().min(1).max(100).default(1),
  quote: z.enum(['"', "'", ''], `write "'", '"', or "" for none`).default('"'),
  /** What may stand beside a number and says nothing, such as "$". */
  marks: z.array(z.string().min(1).max(8)).max(20).default([]),
  /** How amounts count: decimals; minor units of ISO 4217; or minor units as Stripe's API counts them. */
  unit: z.enum(['major', 'minor', 'stripe']).default('major'),
  /** With unit minor: every currency is counted with so many decimals, whatever ISO says. */
  decimals: z.int().min(0).max(4).optional(),
  /** Zeros behind the decimals that the currency has are allowed: "500.00" JPY. Other digits there never are. */
  paddedDecimals: flag.default(false),
});

const timeSchema = z.strictObject({
  column: column.optional(),
  date: column.optional(),
  time: column.optional(),
  /** Luxon's tokens; several are tried in order. */
  format: z.union(
    [
      z
        .string()
        .min(1)
        .transform((one) => [one]),
      z.array(z.string().min(1)).min(1).max(10),
    ],
    "write how times are written, in Luxon's tokens such as yyyy-MM-dd HH:mm:ss",
  ),
  zone: z.string().min(1).optional(),
  zoneColumn: column.optional(),
  /** What the zone column calls a zone: { CEST: "+02:00", "Eastern Time (US & Canada)": America/New_York }. */
  zones: values(z.string().min(1)).default({}),
  /** Two-digit years below it are 20yy, the others 19yy. */
  pivot: z.int().min(0).max(100).optional(),
  /** Which of the two instants a local time means when clocks go back. */
  ambiguous: z.enum(['earlier', 'later']).default('earlier'),
  /** Language of month names. */
  locale: z.string().min(2).max(20).default('en'),
});

const signSchema = z.union(
  [z.enum(['signed', 'by_kind']), z.strictObject({ column, debit: texts, credit: texts })],
  'write signed, by_kind or { column, debit, credit }',
);

const amountSchema = z.union(
  [
    column.transform((name) => ({ column: name, sign: 'signed' as const, negate: false })),
    z.strictObject({ column, sign: signSchema.default('signed'), negate: flag.default(false) }),
    z.strictObject({ credit: column, debit: column }),
    z.strictObject({ sum: columns, negate: flag.default(false) }),
  ],
  'write { column, sign }, { credit, debit } or { sum: [columns] }',
);

const grossSchema = z.union(
  [
    amountSchema,
    z.strictObject({
      amount: amountSchema,
      /** The currency of these cells, where they are not always in the row's. */
      currency: column.optional(),
      /** Where the cell is empty or in another currency than the row: take net + fee. */
      otherwise: z.literal('net_plus_fee', 'write net_plus_fee, or leave it out'),
    }),
  ],
  'write { column, sign }, { credit, debit }, { sum } or { amount, currency, otherwise: net_plus_fee }',
);

const currencyCode = z.string().refine((code) => currencyExponent(code) !== undefined, 'is not an ISO 4217 currency');
const currencySchema = z.union(
  [
    column.transform((name) => ({ column: name, values: {} as Record<string, string> })),
    z.strictObject({ column, values: values(currencyCode).default({}) }),
    z.strictObject({ constant: currencyCode }),
  ],
  'write { column: NAME } or { constant: EUR }',
);

const kind = z.enum(KINDS);
const sides = z.union([flag, z.enum(['credit', 'debit'])]);
const meaningSchema = z.union(
  [
    kind.transform((name) => ({ kind: name, debit: undefined, reverses: false as z.infer<typeof sides> })),
    z.strictObject({
      kind,
      /** What such a row is where it takes money away: a payment that the account itself makes is a transfer. */
      debit: kind.optional(),
      /** True where such a row undoes an earlier one; credit, debit: where it has that sign. */
      reverses: sides.default(false),
    }),
  ],
  `write one of ${KINDS.join(', ')}, or { kind, debit: KIND, reverses: true | credit | debit }`,
);

const kindSchema = z.union(
  [
    z.strictObject({ constant: kind }),
    z.strictObject({ column, values: values(meaningSchema).default({}), default: meaningSchema.optional() }),
  ],
  'write { column, values: { CODE: payment } } or { constant: payment }',
);

const statusSchema = z.strictObject({
  column,
  values: values(z.enum(STATUSES, `write one of ${STATUSES.join(', ')}`)),
  default: z.enum(STATUSES).optional(),
});
const flagSchema = z.strictObject({ column, values: values(flag), default: flag.optional() });

/** Which rows carry the key; all where nothing is said. */
const onlyFor = {
  kinds: z.array(kind).min(1).optional(),
  reverses: flag.optional(),
};
const keySchema = z.union(
  [
    oneOrMore.transform((names) => ({ columns: names, kinds: undefined, reverses: undefined })),
    /** The first of these that is not empty. */
    z.strictObject({ first: columns, ...onlyFor }),
    z.strictObject({ columns: oneOrMore, ...onlyFor }),
  ],
  'write a column, a list of columns, or { columns | first, kinds, reverses }',
);
// A list of columns is several keys; a list that holds objects is several rules.
const keysSchema = z.union([keySchema.transform((rule) => [rule]), z.array(keySchema).min(1).max(COLUMNS_MAX)]);

const shared = {
  about: z.string().max(2_000).optional(),
  format: formatSchema.prefault({}),
  /** Columns that an export may leave out; their cells are then empty. */
  optional: z.array(column).max(COLUMNS_MAX).default([]),
  time: timeSchema,
  id: z.strictObject({ columns }).optional(),
  kind: kindSchema,
  currency: currencySchema,
  fee: amountSchema.optional(),
  status: statusSchema.optional(),
  movesBalance: flagSchema.optional(),
  reverses: flagSchema.optional(),
  /** Rows of other accounts are quarantined. */
  account: z.strictObject({ column, value: texts }).optional(),
  /** Rows that are none, such as a total line. Each is counted and said. */
  skip: z
    .array(z.strictObject({ column, values: z.array(text).min(1).max(VALUES_MAX), reason: z.string().min(1).max(80) }))
    .max(20)
    .default([]),
};

export const processorMappingSchema = z.strictObject({
  side: z.literal('processor').default('processor'),
  ...shared,
  gross: grossSchema.optional(),
  net: amountSchema.optional(),
  presentment: z.strictObject({ amount: amountSchema, currency: column }).optional(),
  references: z.partialRecord(z.enum(REFERENCE_TYPES), keysSchema).default({}),
  availableOn: z.strictObject({ column, format: z.string().min(1) }).optional(),
  testMode: flagSchema.optional(),
});

export const internalMappingSchema = z.strictObject({
  side: z.literal('internal'),
  ...shared,
  amount: amountSchema,
  processorReference: oneOrMore.optional(),
  merchantReference: oneOrMore.optional(),
  parentId: oneOrMore.optional(),
});

export type ProcessorMapping = z.infer<typeof processorMappingSchema>;
export type InternalMapping = z.infer<typeof internalMappingSchema>;
export type Mapping = ProcessorMapping | InternalMapping;
export type AmountSpec = z.infer<typeof amountSchema>;
export type GrossSpec = z.infer<typeof grossSchema>;
export type FormatSpec = z.infer<typeof formatSchema>;
export type TimeSpec = z.infer<typeof timeSchema>;
export type KindSpec = z.infer<typeof kindSchema>;
export type KeyRule = z.infer<typeof keySchema>;
export type FlagSpec = z.infer<typeof flagSchema>;
export type CurrencySpec = z.infer<typeof currencySchema>;
