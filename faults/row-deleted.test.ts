// Row 19 of the fault table: a row that was staged is gone before the gate. Nothing is believed that does not add up: the run
// fails for good, somebody is told, the difference is on record; and with the row back the day is what it would have been.
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { SIDES, type Side } from '../domain/vocabulary.ts';
import { DATE, type FaultCase, type Leftover, openFaultCase, SEED } from './fault-case.ts';
import { failureOf } from './observe.ts';
import { startTestServers, type TestServers } from './test-servers.ts';
import { undisturbedDay } from './undisturbed.ts';

let servers: TestServers;
let undisturbed: Leftover;
let story: FaultCase | undefined;

beforeAll(async () => {
  servers = await startTestServers();
  undisturbed = await undisturbedDay(servers);
});
afterEach(() => story?.stop());
afterAll(() => servers.stop());

const goneRow = z.object({ kind: z.string(), currency: z.string() });

/** Whoever deletes it knows the database, and no trigger that would say so. Which row, the seed decides. */
async function loseRow({ database }: FaultCase, side: Side): Promise<z.infer<typeof goneRow>> {
  const rows = sql.identifier([`${side}_transactions`]);
  await database.query(sql.unsafe`create table kept_for_the_test as select * from ${rows} limit 0`);
  return database.one(sql.type(goneRow)`
    with gone as (
      delete from ${rows} where home_date = ${DATE} and row_id = (
        select row_id from ${rows} where home_date = ${DATE} order by row_id
        offset ${SEED} % (select count(*) from ${rows} where home_date = ${DATE}) limit 1)
      returning *
    ), kept as (insert into kept_for_the_test select * from gone)
    select kind, currency from gone`);
}

async function putBack({ database }: FaultCase, side: Side): Promise<void> {
  await database.query(
    sql.unsafe`insert into ${sql.identifier([`${side}_transactions`])} select * from kept_for_the_test`,
  );
}

const checkRow = z.object({ name: z.string(), passed: z.boolean(), detail: z.string() });

function failedChecks({ database }: FaultCase) {
  return database.any(sql.type(checkRow)`
    select name, passed, detail from data_quality_checks where not passed order by check_id`);
}

test.each(SIDES)(
  'row 19: a %s row that is deleted before the gate fails the run, and somebody is told',
  async (side) => {
    story = await openFaultCase(servers);
    const first = story.startWorker('before_gate:1');
    const handle = await story.startDay();
    expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });
    const { kind, currency } = await loseRow(story, side);
    story.startWorker();
    expect(await failureOf(story.finish(handle))).toMatchObject({ type: 'InvariantViolated', nonRetryable: true });

    const error = expect.stringContaining('the totals do not add up; nothing was committed');
    const { runs, decided, mails, reports } = await story.leftover();
    expect(runs).toMatchObject([{ run_number: 1, status: 'failed', outcome: null, result_digest: null, error }]);
    expect(decided.filter((line) => !/^(row|check|notice) /.test(line))).toEqual([]);
    expect([mails, reports]).toEqual([[`[failed] stripe/us ${DATE}: the run stopped at decide`], {}]);
    const diagnostics = await failedChecks(story);
    expect(diagnostics.map(({ name, detail }) => `${name}: ${detail}`)).toEqual(whatIsLost(side, kind, currency));

    await putBack(story, side);
    const again = await story.finish(await story.startDay());
    const [asItWouldBe] = undisturbed.runs;
    expect(asItWouldBe).toMatchObject({ result_digest: again.resultDigest });
    expect(again).toMatchObject({ runNumber: 2, decisionSeq: '1', published: true, delivered: true });
    expect(await failedChecks(story)).toEqual(diagnostics);
  },
);

/** One row less is stored than the parser counted; so one of the rows that came in is neither closed nor open. */
function whatIsLost(side: Side, kind: string, currency: string): unknown[] {
  const which = `^conservation: ${side} activity ${kind} ${currency}: `;
  return [
    expect.stringMatching(
      new RegExp(`${which}open before 0 \\+ introduced \\d+ .* is not open after \\d+ \\(rows\\)$`),
    ),
    expect.stringMatching(new RegExp(`${which}the parser counted \\d+ rows \\(digest .*\\), \\d+ are stored`)),
    'conservation: 1 rows of the pool got no verdict or two',
  ];
}
