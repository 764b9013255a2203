// `recon evidence export|verify`: the sealed package of a run, fetched whole, and proved where there is nothing but the folder.
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { action, type Handler } from './action.ts';
import { CannotDo } from './cannot-do.ts';
import type { ClientIo } from './client-io.ts';
import type { PersonOptions } from './database/person-database.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { examples } from './help-examples.ts';
import { parseRunReference } from './run-reference.ts';

interface ExportOptions extends PersonOptions {
  readonly out?: string;
}

interface VerifyOptions {
  readonly manifestSha256?: string;
}

export function registerEvidence(program: Command, io: ClientIo): void {
  const evidence = program.command('evidence').description('what proves a run years later: export, verify');
  evidence
    .command('export')
    .description('fetch the sealed package of a run into a folder, and verify it')
    .argument('<run>', 'such as stripe/us/2026-01-31#2; without #2 the latest of that day')
    .option('--out <folder>', 'a folder that does not exist yet, or is empty (default: named after the run)')
    .option('--database <url>', 'your own login, of an auditor (default: RECON_DATABASE_URL, else as configured)')
    .addHelpText(
      'after',
      examples(
        ['evidence export stripe/us/2026-01-31', 'into stripe-us-2026-01-31-run-1'],
        ['evidence export stripe/us/2026-01-31#1 --out audit/january', 'into another folder'],
      ) + CODES,
    )
    .action(action<ExportOptions>(io, async () => exportPackage));
  evidence
    .command('verify')
    .description('recompute every hash of an exported package: needs no configuration, no database and no network')
    .argument('<folder>', 'as evidence export wrote it')
    .option('--manifest-sha256 <hex>', 'what the audit log or the database says that the manifest has', sha256Option)
    .addHelpText(
      'after',
      examples(
        ['evidence verify stripe-us-2026-01-31-run-1', 'the package by itself'],
        [
          `evidence verify stripe-us-2026-01-31-run-1 --manifest-sha256 ${'0f3a9c51'.repeat(8)}`,
          'and that it is the one that was sealed',
        ],
      ) + CODES,
    )
    .action(action<VerifyOptions>(io, async () => verify));
}

const CODES = `
Exit codes: 0 intact, 1 broken (the first bad file is named), 3 it cannot be told (and why).
`;

function sha256Option(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text)) throw new InvalidArgumentError('A SHA-256 is 64 characters of 0-9 and a-f.');
  return text;
}

const CODE_OF_VERDICT: Readonly<Record<'intact' | 'broken' | 'cannot', ExitCode>> = {
  intact: EXIT.clean,
  broken: EXIT.differences,
  cannot: EXIT.failed,
};

const exportPackage: Handler<ExportOptions> = async (invocation) => {
  const { context, io, operands, options, output } = invocation;
  const reference = parseRunReference(operands[0] ?? '');
  const config = await context.config();
  const { composeEvidenceStore } = await import('../worker/compose-evidence.ts');
  const store = composeEvidenceStore(config, io.nowMs);
  if (store === undefined) throw new CannotDo('there is no evidence store: name one as evidence.store in recon.yaml');
  const { findSealed } = await import('./evidence/find-sealed.ts');
  const { noteOpening } = await import('./database/note-opening.ts');
  const { withReadersDatabase } = await import('./database/person-database.ts');
  const { exportEvidence } = await import('./evidence/export-evidence.ts');
  const { renderVerdict, verdictOnTheWire } = await import('./evidence/verdict-view.ts');
  const { run, name, seal } = await withReadersDatabase(invocation, async (database) => {
    const sealed = await findSealed(database, reference);
    await noteOpening(database, sealed.run.runId, 'evidence_exported');
    return sealed;
  });
  const { folder, verdict } = await exportEvidence(store, { ...run, number: run.runNumber }, seal, options.out);
  output.result({ run: name, folder, location: seal.location, ...verdictOnTheWire(verdict) }, () =>
    renderVerdict(output.palette, folder, verdict),
  );
  return CODE_OF_VERDICT[verdict.verdict];
};

const verify: Handler<VerifyOptions> = async ({ operands, options, output }) => {
  const folder = operands[0] ?? '';
  const { verifyPackage } = await import('../activities/evidence/verify-package.ts');
  const { renderVerdict, verdictOnTheWire } = await import('./evidence/verdict-view.ts');
  const verdict = await verifyPackage(folder, options.manifestSha256 ?? null);
  output.result({ folder, ...verdictOnTheWire(verdict) }, () => renderVerdict(output.palette, folder, verdict));
  if (verdict.verdict === 'intact' && options.manifestSha256 === undefined && !output.json) {
    output.note('That it is the package that was sealed: compare the SHA-256 of the manifest with the audit log.');
  }
  return CODE_OF_VERDICT[verdict.verdict];
};
