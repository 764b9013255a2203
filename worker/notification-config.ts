// What recon.yaml may say of who is told, by what, from which severity. Knows no file and no environment; secrets come from the
// schema it is given.
import { z } from 'zod';
import { WEBHOOK_KEY_CHARS_MIN } from '../activities/notify/hooks/sign-webhook.ts';
import { SEVERITIES } from '../domain/vocabulary.ts';
import type { Secret } from './secret.ts';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Stands in the outbox where a mail has its addresses. */
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/, 'is not a short name such as erp or ops-channel');

export function notificationSchema(secret: z.ZodType<Secret, string>) {
  const key = secret.refine(
    (value) => value.reveal().length >= WEBHOOK_KEY_CHARS_MIN,
    `is shorter than ${WEBHOOK_KEY_CHARS_MIN} characters: make one with openssl rand -hex 32`,
  );
  const webhook = z.strictObject({
    name,
    url: z.url().refine(isPrivate, 'is not https: what it says would travel for everybody to read'),
    key,
    /** Signs too, while the receiver takes over the new one. */
    previousKey: key.optional(),
  });
  const slack = z.strictObject({
    name,
    url: secret.refine((value) => isPrivate(value.reveal()), 'is not the https address of an incoming webhook'),
  });
  const target = {
    to: z.array(z.string().min(3)).min(1).optional(),
    webhook: webhook.optional(),
    slack: slack.optional(),
  };
  const from = z.enum(SEVERITIES);
  return z
    .strictObject({
      from: z.string().min(3),
      transport: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('smtp'), url: secret }),
        z.strictObject({ kind: z.literal('ses'), region: z.string(), endpoint: z.url().optional() }),
      ]),
      /** Where reports can be opened after a login, for links in what is sent. */
      baseUrl: z.url().optional(),
      routes: z
        .array(
          z
            .strictObject({ ...target, from, digest: z.union([z.boolean(), z.literal('only')]).optional() })
            .refine(namesOne, NAMES_ONE),
        )
        .min(1),
      /** Who is told of a discrepancy past its due date; who when it is past it again; and so on. */
      escalation: z.array(z.strictObject(target).refine(namesOne, NAMES_ONE)).default([]),
    })
    .superRefine(({ routes, escalation }, context) => {
      for (const problem of namedDifferently([...routes, ...escalation])) {
        context.addIssue({ code: 'custom', message: problem });
      }
    });
}

interface Target {
  readonly to?: readonly string[] | undefined;
  readonly webhook?: { readonly name: string; readonly url: string; readonly key: Secret } | undefined;
  readonly slack?: { readonly name: string; readonly url: Secret } | undefined;
}

const NAMES_ONE = 'name exactly one of to, webhook and slack';

function namesOne({ to, webhook, slack }: Target): boolean {
  return [to, webhook, slack].filter((target) => target !== undefined).length === 1;
}

/** A name is one place: what waits for it in the outbox must not go to another. */
function namedDifferently(targets: readonly Target[]): string[] {
  const places = new Map<string, Set<string>>();
  for (const { webhook, slack } of targets) {
    const found = webhook === undefined ? slack : webhook;
    if (found === undefined) continue;
    const place = typeof found.url === 'string' ? found.url : found.url.reveal();
    const known = `${webhook === undefined ? 'slack' : 'webhook'} ${found.name}`;
    places.set(known, (places.get(known) ?? new Set()).add(place));
  }
  return [...places].filter(([, at]) => at.size > 1).map(([known]) => `${known} is named with two addresses`);
}

function isPrivate(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
}
