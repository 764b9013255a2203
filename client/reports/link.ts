// `recon reports link`: a link to one file of a run's report that asks for no login and ends within minutes, made with the AWS
// credentials of whoever types it. Says so in the audit chain first; must never write the link anywhere but to stdout.
import { reportFileKey } from '../../activities/report/report-files.ts';
import { composeStore } from '../../worker/compose-outbox.ts';
import type { Handler } from '../action.ts';
import { noteOpening } from '../database/note-opening.ts';
import { withReadersDatabase } from '../database/person-database.ts';
import { EXIT } from '../exit-codes.ts';
import type { LinkOptions } from '../reports.ts';
import { parseRunReference } from '../run-reference.ts';
import { findReport } from './find-report.ts';

export const link: Handler<LinkOptions> = async (invocation) => {
  const { context, io, operands, options, output } = invocation;
  const { format } = options;
  const reference = parseRunReference(operands[0] ?? '');
  const store = composeStore(await context.config());
  const { name, key, minted } = await withReadersDatabase(invocation, async (database) => {
    const report = await findReport(database, reference);
    const fileKey = reportFileKey(report.reportKey, format);
    const made = await store.link(fileKey, io.nowMs());
    await noteOpening(database, report.runId, made === null ? 'report_opened' : 'report_linked');
    return { name: report.name, key: fileKey, minted: made };
  });
  const location = store.locate(key);
  const { url, expiresAt } = minted ?? { url: null, expiresAt: null };
  output.result({ run: name, format, location, url, expiresAt }, () => url ?? location);
  if (!output.json) {
    output.note(
      expiresAt === null
        ? 'Reports are kept in a folder: no link is needed.'
        : `Whoever has this link reads the file without a login, until ${expiresAt}.`,
    );
  }
  return EXIT.clean;
};
