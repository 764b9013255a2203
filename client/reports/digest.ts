// `recon reports digest`: the day of a zone on one page, as it stands now. Reads only, and writes the one file.
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorCode } from '../../activities/fetch/request/error-code.ts';
import { plain } from '../../activities/notify/composed-mail.ts';
import { digestStanding } from '../../activities/report/digest/digest-standing.ts';
import { readDigest } from '../../activities/report/digest/read-digest.ts';
import { renderDigestHtml, renderDigestJson } from '../../activities/report/digest/render-digest.ts';
import { inSnapshot } from '../../activities/report/read-report.ts';
import { reportFileKey, reportUrl } from '../../activities/report/report-files.ts';
import { composeStore } from '../../worker/compose-outbox.ts';
import type { ReconConfig } from '../../worker/config.ts';
import type { Handler } from '../action.ts';
import { CannotDo } from '../cannot-do.ts';
import { EXIT } from '../exit-codes.ts';
import type { DigestOptions } from '../reports.ts';
import { openWithPlatform } from '../terminal/open-with-platform.ts';
import { accountsOfZoneDay, parseZoneDay } from '../zone-day.ts';

export const digest: Handler<DigestOptions> = async ({ context, io, operands, options, output }) => {
  const day = parseZoneDay(operands[0] ?? '');
  const config = await context.config();
  const accounts = accountsOfZoneDay(config.accounts, day, io.nowMs()).map(({ account }) => account);
  const database = await context.database();
  const addressOf = addressOfReports(config);
  const found = await inSnapshot(database, (snapshot) => readDigest(snapshot, { ...day, accounts, addressOf }));
  const wanted = options.output ?? (output.json ? null : `digest-${day.zone.replaceAll('/', '-')}-${day.date}.html`);
  const file = wanted === null ? null : resolve(wanted);
  if (file !== null) await write(file, renderDigestHtml(found));
  const { sentence, next } = digestStanding(found, null);
  output.result(JSON.parse(renderDigestJson(found)), () => [plain(`${sentence} ${next}`), file].join('\n'));
  if (file !== null && options.open && !output.json && io.stdout.isTTY && !(await openWithPlatform(file))) {
    output.note('There is no program here that opens it.');
  }
  return EXIT.clean;
};

/** A link that asks for a login; without one the file itself; a bucket's object opens in no browser. */
function addressOfReports(config: ReconConfig): (reportKey: string) => string | null {
  const { baseUrl } = config.notifications;
  const store = composeStore(config);
  return (reportKey) => {
    const key = reportFileKey(reportKey, 'html');
    if (baseUrl !== undefined) return reportUrl(baseUrl, key);
    const location = store.locate(key);
    return location.includes('://') ? null : pathToFileURL(location).href;
  };
}

async function write(file: string, html: string): Promise<void> {
  try {
    await writeFile(file, html);
  } catch (cause) {
    throw new CannotDo(
      `${file} cannot be written (${errorCode(cause) ?? 'unknown error'}): name another with --output`,
      {
        cause,
      },
    );
  }
}
