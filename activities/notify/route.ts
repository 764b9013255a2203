// Decides who is told: a route gets a run's mail when the run is at least as bad as the route asks for. Pure.
import { SEVERITIES, type Severity } from '../../domain/vocabulary.ts';
import type { Tone } from '../report/headline.ts';

export interface Route {
  readonly to: readonly string[];
  readonly from: Severity;
  /** Also gets the daily digest. */
  readonly digest?: boolean;
}

/** How bad a tone is for routing: null for a clean run. A day that is not decided has to be looked after: medium. */
export function severityOfTone(tone: Tone): Severity | null {
  if (tone === 'clean') return null;
  return tone === 'inconclusive' ? 'medium' : tone;
}

/** A clean run goes to the routes that start at low: they want to know that it ran. */
export function routeTakes(route: Route, severity: Severity | null): boolean {
  return severity === null ? route.from === 'low' : SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(route.from);
}

/** The route's addresses as one name, the same however they are written. */
export function audienceOf(route: Route): string {
  return [...new Set(route.to.map((address) => address.trim().toLowerCase()))].sort().join(', ');
}

export function addressesOf(audience: string): string[] {
  return audience.split(', ');
}
