// `recon discrepancies …`: what does not agree, the worst first, and what people do about it. Who may do what, the database decides.
import type { Command } from 'commander';
import type { ClientIo } from './client-io.ts';
import { registerAssign } from './discrepancies/assign.ts';
import { ABOUT_DIFFERENCES, registerDecide } from './discrepancies/decide.ts';
import { registerList } from './discrepancies/list.ts';
import { registerMatch } from './discrepancies/match.ts';
import { registerNote } from './discrepancies/note.ts';
import { registerPropose } from './discrepancies/propose.ts';
import { registerShow } from './discrepancies/show.ts';

const ABOUT = `
Whoever acts does so with a database login of their own (recon access add makes one): RECON_DATABASE_URL or --database.
An operator assigns, notes and proposes; another person, an approver, decides; the next run carries it out.
Several numbers in one command are done together: all of them, or none, and each refusal is said with its reason.
`;

export function registerDiscrepancies(program: Command, io: ClientIo): void {
  const discrepancies = program
    .command('discrepancies')
    .description('what does not agree: list, show, assign, note, propose, approve, reject, reopen, match')
    .option('--database <url>', 'your own login (default: RECON_DATABASE_URL)')
    .addHelpText('after', ABOUT);
  registerList(discrepancies, io);
  registerShow(discrepancies, io);
  registerAssign(discrepancies, io);
  registerNote(discrepancies, io);
  registerPropose(discrepancies, io);
  registerDecide(discrepancies, io, ABOUT_DIFFERENCES);
  registerMatch(discrepancies, io);
}
