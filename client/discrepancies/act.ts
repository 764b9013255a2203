// What every acting command does: its steps together, with the login of the person who types.
import type { Handler, Invocation } from '../action.ts';
import { type PersonOptions, withPersonDatabase } from '../database/person-database.ts';
import { doAll, type Step } from './do-all.ts';
import { reportOutcome } from './report-outcome.ts';

export function acting<Options extends PersonOptions>(
  stepsOf: (invocation: Invocation<Options>) => Promise<readonly Step[]>,
): Handler<Options> {
  return async (invocation) => {
    const steps = await stepsOf(invocation);
    return reportOutcome(invocation.output, await withPersonDatabase(invocation, (database) => doAll(database, steps)));
  };
}
