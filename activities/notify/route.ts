// Decides who is told by which channel: a route gets a run's message when the run is at least as bad as the route asks for.
// An audience never holds a secret: a webhook is known by its name. Pure.
import { SEVERITIES, type Severity } from '../../domain/vocabulary.ts';
import type { Tone } from '../report/headline.ts';

export const CHANNELS = ['mail', 'webhook', 'slack'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Exactly one of the three, as the configuration says. */
export interface Target {
  readonly to?: readonly string[] | undefined;
  readonly webhook?: { readonly name: string } | undefined;
  readonly slack?: { readonly name: string } | undefined;
}

export interface Route extends Target {
  readonly from: Severity;
  /** true: also gets the daily digest. only: gets the digest, and nothing at once. */
  readonly digest?: boolean | 'only' | undefined;
}

export interface Audience {
  readonly channel: Channel;
  /** Addresses, or the name of a webhook or Slack channel. */
  readonly name: string;
}

/** How bad a tone is for routing: null for a clean run. A day that is not decided has to be looked after: medium. */
export function severityOfTone(tone: Tone): Severity | null {
  if (tone === 'clean') return null;
  return tone === 'inconclusive' ? 'medium' : tone;
}

/** A clean run goes to the routes that start at low: they want to know that it ran. */
export function routeTakes(route: Route, severity: Severity | null): boolean {
  if (route.digest === 'only') return false;
  return severity === null ? route.from === 'low' : SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(route.from);
}

/** Whom a route means, the same however addresses are written; undefined where nobody is named. */
export function audienceOf({ to, webhook, slack }: Target): Audience | undefined {
  if (webhook !== undefined) return { channel: 'webhook', name: webhook.name };
  if (slack !== undefined) return { channel: 'slack', name: slack.name };
  const addresses = [...new Set((to ?? []).map((address) => address.trim().toLowerCase()))].sort();
  return addresses.length === 0 ? undefined : { channel: 'mail', name: addresses.join(', ') };
}

/** The audiences of several routes, each once. */
export function audiencesOf(targets: readonly Target[]): Audience[] {
  const found = new Map<string, Audience>();
  for (const target of targets) {
    const audience = audienceOf(target);
    if (audience !== undefined) found.set(`${audience.channel}/${audience.name}`, audience);
  }
  return [...found.values()];
}

export function addressesOf(audience: string): string[] {
  return audience.split(', ');
}
