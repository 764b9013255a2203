// Random small worlds for the differential test: clusters of a few rows that collide inside the cluster and nowhere else,
// neither by a key nor by an amount, delivered over a few days. A cluster is a world of its own: many share an account, so
// that one run decides all of them, and each can be read alone when it is decided differently.
import fc from 'fast-check';
import { type RuleSet, ruleSetSchema } from '../../domain/rule-set.ts';

export const WORLD_DATES = ['2026-01-30', '2026-01-31', '2026-02-01'] as const;

/** One line of a file, and in which of the days' files it stands. */
export interface WorldLine {
  readonly side: 'processor' | 'internal';
  readonly deliveredOn: number;
  readonly record: Readonly<Record<string, unknown>>;
}

export interface WorldDay {
  /** How far the sources reach: to the end of the day, hours beyond it, or to the end of time. */
  readonly reach: 'day' | 'hours' | 'forever';
  /** Our own records end before the day does. */
  readonly isInternalLate: boolean;
}

export interface World {
  readonly clusters: readonly (readonly WorldLine[])[];
  readonly days: readonly WorldDay[];
  readonly rules: RuleSet;
  /** A day that is run again at the end, after two more files of each side. */
  readonly rerun: number;
  readonly chunkRows: number;
  readonly shuffleSeed: number;
}

/** The first value mostly, so that a few oddities at a time meet ordinary rows. */
const mostly = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

/** One draw in four. (`freq: 1` of fc.option would mean never.) */
const sometimes = <T>(what: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: what });

const NAMES = ['p0', 'p1', 'p2'] as const;

const line = fc.record({
  number: fc.nat(3),
  kind: fc.oneof(
    { weight: 3, arbitrary: fc.constant('payment') },
    { weight: 2, arbitrary: fc.constant('refund') },
    { weight: 1, arbitrary: fc.constantFrom('fee', 'dispute', 'payout', 'something_new') },
  ),
  amount: fc.constantFrom('1.00', '1.00', '1.00', '0.40', '0.60', '0.50', '1.01', '0.00', '-1.00', '-0.50'),
  currency: mostly('USD', 'EUR'),
  status: mostly('settled', 'pending', 'void'),
  fee: fc.constantFrom(undefined, undefined, '0.03', '0.05'),
  order: fc.constantFrom(undefined, 'A', 'B'),
  reference: fc.constantFrom(undefined, undefined, 'r0', 'r1'),
  names: fc.constantFrom(undefined, 'p0', 'p1', 'p2', 'r0', 'r1'),
  parent: mostly(undefined, 'p0', 'i0', 'X'),
  reverses: mostly(undefined, true),
  movesBalance: mostly(undefined, false),
  testMode: mostly(undefined, true),
  presented: fc.constantFrom(undefined, undefined, undefined, '1.00 EUR', '0.60 USD'),
  home: fc.nat(2),
  hour: fc.constantFrom('00:00', '12:00', '21:30', '23:00'),
  late: mostly(0, 1, 2, -1),
});
type Line = typeof line extends fc.Arbitrary<infer T> ? T : never;

// What a partner or a correction says differently: mostly nothing, sometimes one thing, seldom two.
const said = <K extends keyof Line>(field: K, ...values: Line[K][]) =>
  fc.constantFrom(...values).map((value) => ({ [field]: value }));
const change: fc.Arbitrary<Partial<Line>> = fc.oneof(
  said('amount', '1.00', '0.60', '1.01'),
  said('currency', 'USD', 'EUR'),
  said('status', 'settled', 'pending', 'void'),
  said('fee', undefined, '0.03', '0.05'),
  said('kind', 'payment', 'refund', 'fee'),
  said('order', undefined, 'A', 'B'),
  said('names', undefined, 'p1', 'r0'),
);
const changes = fc
  .oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 2, arbitrary: fc.array(change, { minLength: 1, maxLength: 2 }) },
  )
  .map((list) => Object.assign({}, ...list) as Partial<Line>);

/** A movement, with what our side and later files say about it, and perhaps the same once more under another id. */
const story = fc.record({
  line,
  partner: fc.option(
    fc.record({ by: fc.constantFrom('id', 'id', 'reference', 'order'), changes, late: mostly(0, 1, 2) }),
    { freq: 5 },
  ),
  correction: sometimes(
    fc.record({ side: fc.constantFrom('processor', 'internal'), changes, late: fc.constantFrom(0, 1, 2) }),
  ),
  surplus: sometimes(
    fc.record({ side: fc.constantFrom('processor', 'internal'), changes, late: fc.constantFrom(0, 1, 2) }),
  ),
  // The processor takes the movement back; mostly we have not booked that.
  reversal: sometimes(
    fc.record({
      by: fc.constantFrom('id', 'parent'),
      isBooked: mostly(false, true),
      late: fc.constantFrom(0, 0, 1, 2),
    }),
  ),
  // One side tells it in two parts.
  parts: sometimes(
    fc.record({
      side: fc.constantFrom('processor' as const, 'internal' as const),
      amounts: fc.constantFrom(['0.40', '0.60'], ['0.50', '0.50'], ['0.40', '0.50']),
      late: mostly(0, 1, 2),
    }),
  ),
});
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;
// Rows beyond the movements of a cluster have numbers of their own.
const SURPLUS_NUMBER = 4;
const REVERSAL_NUMBER = 5;
const PART_NUMBER = 8;

const stray = fc.record({ side: fc.constantFrom('processor' as const, 'internal' as const), line });
type Stray = typeof stray extends fc.Arbitrary<infer T> ? T : never;
const cluster = fc.record({
  stories: fc.array(story, { minLength: 1, maxLength: 3 }),
  strays: fc.array(stray, { maxLength: 2 }),
});

const day: fc.Arbitrary<WorldDay> = fc.record({
  reach: fc.constantFrom('day', 'hours', 'forever'),
  isInternalLate: fc.constantFrom(false, false, false, true),
});

// What is presented in full was converted one to one, which is right on the first two days and wrong on the third.
const RATES = {
  compare: ['currency', 'kind', 'amount', 'status', 'fee', 'fx'],
  referenceRates: { 'EUR/USD': { '2026-01-30': '1', '2026-02-01': '0.6' } },
  fxBand: '1',
};

const CLUSTERS_MIN = 700;
const CLUSTERS_MAX = 900;

export const worlds: fc.Arbitrary<World> = fc.record({
  clusters: fc
    .array(cluster, { minLength: CLUSTERS_MIN, maxLength: CLUSTERS_MAX, size: 'max' })
    .map((drawn) => drawn.map(({ stories, strays }, space) => linesOf(space, stories, strays))),
  days: fc.tuple(...WORLD_DATES.map(() => day)),
  rules: fc
    .record({
      tolerance: fc.constantFrom({}, { USD: { absolute: '0.01' } }),
      partner: fc.constantFrom({}, { fee: 'optional' }),
      rates: fc.constantFrom({}, RATES),
    })
    .map(({ rates, ...given }) => ruleSetSchema.parse({ ...given, ...rates })),
  rerun: fc.nat(WORLD_DATES.length - 1),
  chunkRows: fc.constantFrom(1_000, 50, 7),
  shuffleSeed: fc.nat(),
});

function linesOf(space: number, stories: readonly Story[], strays: readonly Stray[]): WorldLine[] {
  const told = stories.flatMap((drawn, number) =>
    linesOfStory(drawn, number).map(([side, said]) => worldLine(space, side, said)),
  );
  return [...told, ...strays.map(({ side, line: drawn }) => worldLine(space, side, drawn))];
}

function linesOfStory(
  { line: drawn, partner, correction, surplus, reversal, parts }: Story,
  number: number,
): [WorldLine['side'], Line][] {
  const movement: Line = {
    ...drawn,
    number,
    // What is undone by a row of the same parent has that parent.
    parent: reversal?.by === 'parent' ? (drawn.parent ?? 'X') : drawn.parent,
  };
  const names = partner?.by === 'id' ? NAMES[number] : partner?.by === 'reference' ? movement.reference : undefined;
  const booked: Line | null =
    partner === null ? null : { ...movement, names, late: movement.late + partner.late, ...partner.changes };
  const again = (said: typeof correction, change: Partial<Line>): [WorldLine['side'], Line][] => {
    const first = said?.side === 'processor' ? movement : booked;
    if (said === null || first === null) return [];
    return [
      [
        said.side === 'processor' ? 'processor' : 'internal',
        { ...first, ...said.changes, ...change, late: first.late + said.late },
      ],
    ];
  };
  const told: [WorldLine['side'], Line][] = [
    ['processor', movement],
    ...(booked === null ? [] : [['internal', booked] satisfies [WorldLine['side'], Line]]),
  ];
  return [
    ...told.flatMap(([side, said]) => inParts(side, said, parts)),
    ...again(correction, {}),
    ...again(surplus, { number: SURPLUS_NUMBER }),
    ...takenBack(movement, booked, reversal),
  ];
}

/** One line, or two of which the second may be late. */
function inParts(side: WorldLine['side'], said: Line, parts: Story['parts']): [WorldLine['side'], Line][] {
  const [first, second] = parts?.amounts ?? [];
  if (parts?.side !== side || first === undefined || second === undefined || said.amount !== '1.00')
    return [[side, said]];
  return [
    [side, { ...said, amount: first }],
    [side, { ...said, amount: second, number: PART_NUMBER + said.number, late: said.late + parts.late }],
  ];
}

function takenBack(movement: Line, booked: Line | null, reversal: Story['reversal']): [WorldLine['side'], Line][] {
  if (reversal === null) return [];
  const number = REVERSAL_NUMBER + movement.number;
  const back = (said: Line): Line => ({
    ...said,
    number,
    amount: (said.amount.startsWith('-') ? said.amount.slice(1) : `-${said.amount}`) as Line['amount'],
    reverses: true,
    presented: undefined,
    reference: undefined,
    late: said.late + reversal.late,
  });
  const parent = reversal.by === 'id' ? NAMES[movement.number] : (movement.parent ?? 'X');
  const lines: [WorldLine['side'], Line][] = [['processor', { ...back(movement), parent }]];
  if (booked !== null && reversal.isBooked)
    lines.push([
      'internal',
      { ...back(booked), parent: booked.number === 0 ? 'i0' : undefined, names: `p${number}` as 'p0' },
    ]);
  return lines;
}

function worldLine(space: number, side: WorldLine['side'], drawn: Line): WorldLine {
  const own = (key: string | undefined) => (key === undefined ? undefined : `${space}:${key}`);
  // What the customer saw in the row's own currency is the row's amount.
  const isForeign = drawn.presented?.endsWith(drawn.currency) === false;
  const [presented, presentedCurrency] = isForeign ? (drawn.presented?.split(' ') ?? []) : [];
  const amount = amountIn(space, drawn.amount);
  // A row of nothing always has an order: without a key, all of them would be equal.
  const order = drawn.amount === '0.00' ? (drawn.order ?? 'A') : drawn.order;
  const shared = {
    kind: drawn.kind,
    currency: drawn.currency,
    status: drawn.status,
    fee: drawn.fee,
    merchantReference: own(order),
    parentId: own(drawn.parent),
    reverses: drawn.reverses,
    movesBalance: drawn.movesBalance,
    occurredAt: `${WORLD_DATES[drawn.home] ?? ''}T${drawn.hour}:00Z`,
  };
  const processor = {
    id: own(`p${drawn.number}`),
    ...shared,
    gross: amount,
    references: drawn.reference === undefined ? undefined : [{ type: 'processor_id', value: own(drawn.reference) }],
    presentment:
      presented === undefined ? undefined : { amount: amountIn(space, presented), currency: presentedCurrency },
    testMode: drawn.testMode,
  };
  const internal = {
    id: own(`i${drawn.number}`),
    ...shared,
    amount,
    processorReference: own(drawn.names),
  };
  return {
    side,
    deliveredOn: Math.max(0, Math.min(WORLD_DATES.length + 1, drawn.home + drawn.late)),
    record: side === 'processor' ? processor : internal,
  };
}

// Amounts of a cluster are shares of its own unit. The units lie so close together that no share of one is a share of another,
// and so far apart that a cent more is not another's.
const FIRST_UNIT_MINOR = 100_000;
const UNIT_STEP_MINOR = 20;

function amountIn(space: number, share: string): string {
  const unit = FIRST_UNIT_MINOR + space * UNIT_STEP_MINOR;
  const cents = Math.round(Number(share) * 100);
  const [whole, odd] = [Math.trunc(cents / 10), cents % 10];
  const minor = whole * (unit / 10) + odd;
  return `${minor < 0 ? '-' : ''}${Math.trunc(Math.abs(minor) / 100)}.${String(Math.abs(minor) % 100).padStart(2, '0')}`;
}
