// `recon reports open`: where the files of a run's report are; on a terminal the page is opened. Says so in the audit chain first.
import type { Handler } from '../action.ts';
import { noteOpening } from '../database/note-opening.ts';
import { withReadersDatabase } from '../database/person-database.ts';
import { EXIT } from '../exit-codes.ts';
import { reportLocations } from '../report-location.ts';
import type { OpenOptions } from '../reports.ts';
import { parseRunReference } from '../run-reference.ts';
import { openWithPlatform } from '../terminal/open-with-platform.ts';
import { findReport } from './find-report.ts';

export const open: Handler<OpenOptions> = async (invocation) => {
  const { context, io, operands, options, output } = invocation;
  const reference = parseRunReference(operands[0] ?? '');
  const config = await context.config();
  const { name, reportKey, reports } = await withReadersDatabase(invocation, async (database) => {
    const report = await findReport(database, reference);
    const locations = await reportLocations(config, report.reportKey);
    await noteOpening(database, report.runId, 'report_opened');
    return { ...report, reports: locations };
  });
  output.result({ run: name, reportKey, reports }, () => Object.values(reports).join('\n'));
  const wanted = options.open && !output.json && io.stdout.isTTY;
  // What is in a bucket is opened with a link: recon reports link.
  if (wanted && !reports.html.includes('://') && !(await openWithPlatform(reports.html))) {
    output.note('There is no program here that opens it.');
  }
  return EXIT.clean;
};
