// What `production: true` refuses in a configuration, because it could move money or let others read along. Pure but for the secrets
// that it looks at.
import { TlsRequired } from '../sql/database-link.ts';
import type { Secret } from './secret.ts';
import type { Environment } from './secret-references.ts';
import { canMoveMoney, STRIPE_KEY_NEEDED } from './stripe-key.ts';
import { type TemporalConfig, temporalPlace } from './temporal-place.ts';

interface Ruled {
  readonly database: Secret;
  readonly temporal: TemporalConfig;
  readonly accounts: readonly {
    readonly account: string;
    readonly source: { readonly kind: string; readonly key?: Secret };
  }[];
}

const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/;

/** One line each. */
export function productionProblems({ database, temporal, accounts }: Ruled, environment: Environment): string[] {
  const problems = accounts.flatMap(({ account, source }, at) =>
    source.kind === 'stripe' && source.key !== undefined && canMoveMoney(source.key.reveal())
      ? [`accounts.${at}.source.key: the key of ${account} can move money: ${STRIPE_KEY_NEEDED}`]
      : [],
  );
  const url = database.reveal();
  if (URL.canParse(url) && !LOOPBACK.test(new URL(url).host) && !/[?&]sslmode=verify-full(?:&|$)/.test(url)) {
    problems.push(`database: ${new TlsRequired().message}`);
  }
  const { address, login } = temporalPlace(temporal, environment);
  if (!LOOPBACK.test(address) && login.tls === undefined && login.apiKey === undefined) {
    problems.push('temporal.tls: the link to Temporal is not encrypted: say tls: true, or name ca, cert and key');
  }
  return problems;
}
