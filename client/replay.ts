// `recon replay RUN`: decides a run again from the stored rows, and says whether the same comes out.
import type { Command } from 'commander';
import { action, type Handler } from './action.ts';
import type { ClientIo } from './client-io.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { examples } from './help-examples.ts';
import { parseRunReference } from './run-reference.ts';
import { runReferenceOf } from './run-view.ts';

export function registerReplay(program: Command, io: ClientIo): void {
  program
    .command('replay')
    .description('decide a run again from the stored rows, and compare what comes out with what was stored')
    .argument('<run>', 'such as stripe/us/2026-01-31#2; without #2 the latest of that day')
    .addHelpText('after', PROVES)
    .addHelpText(
      'after',
      examples(
        ['replay stripe/us/2026-01-31', 'the latest run of that day'],
        ['replay stripe/us/2026-01-31#1 --json', 'for a script'],
      ),
    )
    .action(action<object>(io, async () => replay));
}

const PROVES = `
What it proves: the rows, versions, rule set, window and horizon that the run looked at, decided again by this program, give
the same groups, verdicts, totals and result digest, line by line; and the stored rows are those that the parser counted.
It does not prove that the rows are what the processor said, nor who changed what: that is what the audit log is for.
The state before the run is taken from what earlier decisions stored. Nothing is written.

Exit codes: 0 intact, 1 something differs (it is named), 3 it cannot be told (and why).
`;

const CODE_OF_VERDICT: Readonly<Record<'intact' | 'differs' | 'cannot', ExitCode>> = {
  intact: EXIT.clean,
  differs: EXIT.differences,
  cannot: EXIT.failed,
};

const replay: Handler<object> = async ({ context, operands, output }) => {
  const reference = parseRunReference(operands[0] ?? '');
  const database = await context.database();
  const { findRun } = await import('./find-run.ts');
  const { replayRun } = await import('../activities/reconcile/replay-run.ts');
  const { run } = await findRun(database, reference);
  const name = runReferenceOf(run);
  const result = await replayRun(database, run.runId);
  output.result({ run: name, ...result }, () => text(name, result));
  return CODE_OF_VERDICT[result.verdict];
};

type Result = Awaited<ReturnType<typeof import('../activities/reconcile/replay-run.ts').replayRun>>;

function text(
  name: string,
  { verdict, storedDigest, rebuiltDigest, codeVersion, reasons, differences }: Result,
): string {
  const decidedBy = codeVersion === null ? '' : ` It was decided by code version ${codeVersion}.`;
  switch (verdict) {
    case 'intact':
      return `${name} is intact: rebuilt from the stored rows it has the same digest, ${storedDigest}.`;
    case 'differs':
      return [
        `${name} differs from what is rebuilt: stored ${storedDigest}, rebuilt ${rebuiltDigest}.${decidedBy}`,
        ...differences.map((line) => `  ${line}`),
      ].join('\n');
    case 'cannot':
      return [
        `${name} cannot be replayed.${decidedBy}`,
        ...[...reasons, ...differences].map((line) => `  ${line}`),
      ].join('\n');
  }
}
