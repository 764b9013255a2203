// The configuration of every process: recon.yaml, parsed once, all problems reported together with the fix, then frozen.
// Secrets are names (env:NAME, file:PATH, aws-secret:NAME), looked up by secret-references.ts.
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import type { Mapping } from '../activities/fetch/mapping/mapping-schema.ts';
import { TOKEN_KEY_CHARS_MIN } from '../activities/fetch/row/protect-page.ts';
import { parseAccountName } from '../domain/account.ts';
import { assertZone, type BusinessDate, parseBusinessDate } from '../domain/business-date.ts';
import { currencyExponent } from '../domain/currency.ts';
import { durationMs } from '../domain/duration.ts';
import { defaultRuleSet, type RuleSet, ruleSetSchema } from '../domain/rule-set.ts';
import { ruleSetProblems } from '../domain/rule-set-problems.ts';
import { databaseAddress } from './database-address.ts';
import { loadMappings } from './load-mappings.ts';
import { monitoringSchema } from './monitoring-config.ts';
import { notificationSchema } from './notification-config.ts';
import { productionProblems } from './production-rules.ts';
import { type Environment, type ReadSecret, readSecrets } from './secret-references.ts';
import { sourceSchemas } from './source-config.ts';
import { temporalSchema } from './temporal-config.ts';

export type { Environment } from './secret-references.ts';

/** Everything that is wrong with a configuration, one line each. */
export class ConfigInvalid extends Error {
  override readonly name = 'ConfigInvalid';
  readonly problems: readonly string[];
  constructor(file: string, problems: readonly string[]) {
    super(`${file} cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

function checked<T>(parse: (text: string) => T) {
  return z.string().transform((text, context) => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
      return z.NEVER;
    }
  });
}

const secretsPlaceSchema = z.strictObject({ region: z.string().optional(), endpoint: z.url().optional() });

// Where objects are kept: a folder, or s3://BUCKET/PREFIX with what reaches it.
const storeShape = {
  store: z.string().min(1),
  endpoint: z.url().optional(),
  region: z.string().optional(),
  /** ARN of the KMS key that each put asks for. Without it, S3's own keys encrypt. */
  kmsKey: z.string().min(1).optional(),
};
const keyOfBucket = ({ store, kmsKey }: { readonly store: string; readonly kmsKey?: string | undefined }) =>
  kmsKey === undefined || store.startsWith('s3://');
const KEY_OF_FOLDER = {
  path: ['kmsKey'],
  message: 'a folder is not encrypted by KMS: name a bucket, or leave kmsKey out',
};

// Seven years.
const EVIDENCE_RETENTION_DAYS = 2_557;

function schemaFor(readSecret: ReadSecret) {
  const secret = checked(readSecret);
  const date = checked<BusinessDate>(parseBusinessDate);
  const currency = z
    .string()
    .refine((code) => currencyExponent(code) !== undefined, 'is not an ISO 4217 currency such as USD');
  const { source, internal } = sourceSchemas(secret);
  const account = z.strictObject({
    account: checked((text) => parseAccountName(text).account),
    zone: checked(assertZone),
    startDate: date,
    reportingCurrency: currency.optional(),
    source,
    internal,
    rules: z.string().optional(),
    mayBeEmpty: z.boolean().default(false),
    /** Default: yes, but for PayPal, which lists no payout's entries. */
    payoutsItemised: z.boolean().optional(),
    trailingDays: z.number().int().min(0).max(35).default(1),
    sourceDeadline: durationMs.default(10 * 3_600_000),
  });
  return z.strictObject({
    reportingCurrency: currency,
    database: databaseAddress(secret),
    /** A run that matters: what would be convenient on a laptop is refused (production-rules.ts). */
    production: z.boolean().default(false),
    /** Where aws-secret: names are looked up. Default: the SDK's chain. */
    secrets: secretsPlaceSchema.optional(),
    temporal: temporalSchema(secret),
    accounts: z.array(account).min(1),
    /** required: a run applies only rules that one person proposed and another approved (recon rules propose). */
    rules: z.strictObject({ approval: z.enum(['off', 'required']).default('off') }).prefault({}),
    /** What looks like personal data in a reference becomes a token of this key; without it, such rows are quarantined. */
    personalData: z
      .strictObject({ tokenKey: secret, version: z.int().min(1).max(999).default(1) })
      .refine(
        ({ tokenKey }) => tokenKey.reveal().length >= TOKEN_KEY_CHARS_MIN,
        `tokenKey is shorter than ${TOKEN_KEY_CHARS_MIN} characters: make one with openssl rand -hex 32`,
      )
      .optional(),
    reports: z.strictObject(storeShape).refine(keyOfBucket, KEY_OF_FOLDER),
    /** Outside of the database, and of its administrators' reach: a bucket with object lock; a folder on a laptop. */
    evidence: z
      .strictObject({ ...storeShape, retentionDays: z.int().min(1).max(36_500).default(EVIDENCE_RETENTION_DAYS) })
      .refine(keyOfBucket, KEY_OF_FOLDER)
      .optional(),
    monitoring: monitoringSchema,
    notifications: notificationSchema(secret),
  });
}

type Parsed = z.infer<ReturnType<typeof schemaFor>>;
export type AccountConfig = Omit<Parsed['accounts'][number], 'rules' | 'reportingCurrency' | 'payoutsItemised'> & {
  readonly processor: string;
  readonly rules: RuleSet;
  readonly reportingCurrency: string;
  /** What a payout paid out is listed: one that lists nothing needs a person. */
  readonly payoutsItemised: boolean;
};
export type FileConfig = Extract<AccountConfig['source'], { kind: 'file' }>;
export type ReconConfig = Omit<Parsed, 'accounts'> & {
  readonly accounts: readonly AccountConfig[];
  /** By the name that a source gives. */
  readonly mappings: ReadonlyMap<string, Mapping>;
  readonly folder: string;
};

// What reaches beyond a single value is checked even where single values are wrong: all problems at once.
const outlineSchema = z
  .object({
    accounts: z.array(
      z
        .object({ account: z.string().optional().catch(undefined), rules: z.string().optional().catch(undefined) })
        .catch({}),
    ),
  })
  .catch({ accounts: [] });

/** Reads and checks a configuration file. @throws ConfigInvalid with every problem found. */
export async function loadConfig(path: string, environment: Environment): Promise<ReconConfig> {
  const body = await readYaml(path, 'name it with --config FILE');
  const folder = dirname(resolve(path));
  const aws = z
    .object({ secrets: secretsPlaceSchema.catch({}) })
    .catch({ secrets: {} })
    .parse(body).secrets;
  const parsed = schemaFor(await readSecrets(body, { environment, folder, aws })).safeParse(body);
  const outline = outlineSchema.parse(body).accounts;
  const problems = [...(parsed.error?.issues.map(describe) ?? []), ...namedTwice(outline)];
  if (parsed.success && parsed.data.production) problems.push(...productionProblems(parsed.data, environment));
  const rulesOf = await loadRulesOf(folder, outline, problems);
  const mappings = await loadMappings(folder, body, problems);
  if (!parsed.success || problems.length > 0) throw new ConfigInvalid(path, problems);
  const { accounts, ...rest } = parsed.data;
  return deepFreeze({
    ...rest,
    folder,
    mappings,
    accounts: accounts.map(({ rules, ...account }) => ({
      ...account,
      processor: parseAccountName(account.account).processor,
      rules: rulesOf(rules),
      reportingCurrency: account.reportingCurrency ?? parsed.data.reportingCurrency,
      payoutsItemised: account.payoutsItemised ?? account.source.kind !== 'paypal',
    })),
  });
}

type Outline = z.infer<typeof outlineSchema>['accounts'];

function namedTwice(outline: Outline): string[] {
  const names = outline.flatMap(({ account }) => account ?? []);
  const again = new Set(names.filter((name, at) => names.indexOf(name) !== at));
  return [...again].map((name) => `accounts: ${name} is named twice`);
}

/** Each file is read once, however many accounts name it. */
async function loadRulesOf(folder: string, outline: Outline, problems: string[]) {
  const known = new Map<string, RuleSet>();
  for (const name of new Set(outline.flatMap(({ rules }) => rules ?? []))) {
    try {
      known.set(name, await loadRuleSet(resolve(folder, name)));
    } catch (error) {
      if (!(error instanceof ConfigInvalid)) throw error;
      problems.push(...error.problems.map((problem) => `${resolve(folder, name)}: ${problem}`));
    }
  }
  return (name: string | undefined): RuleSet => {
    const rules = name === undefined ? defaultRuleSet() : known.get(name);
    if (rules === undefined) throw new RangeError(`the rules ${name} were not read`);
    return rules;
  };
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  return Object.freeze(value);
}

/** Reads and checks a rule set file. @throws ConfigInvalid */
export async function loadRuleSet(path: string): Promise<RuleSet> {
  const given = (await readYaml(path, 'correct the path, or leave the rules out')) ?? {};
  const parsed = ruleSetSchema.safeParse(given);
  // As `recon rules check` says it.
  if (!parsed.success) throw new ConfigInvalid(path, ruleSetProblems(given).map(describe));
  return parsed.data;
}

async function readYaml(path: string, otherwise: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new ConfigInvalid(path, [`cannot be read (${cause instanceof Error ? cause.message : cause}); ${otherwise}`]);
  }
  try {
    return parseYaml(text);
  } catch (cause) {
    throw new ConfigInvalid(path, [`is not YAML: ${cause instanceof Error ? cause.message : cause}`]);
  }
}

function describe(issue: { readonly path: readonly PropertyKey[]; readonly message: string }): string {
  const where = issue.path.map(String).join('.');
  return where === '' ? issue.message : `${where}: ${issue.message}`;
}
