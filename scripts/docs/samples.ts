// What docs/samples/ holds: the report, the mails and the digest of one day, written by the code that writes them in production.
import { hash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { composeMessage } from '../../activities/notify/compose-message.ts';
import { composeNoticeMail } from '../../activities/notify/compose-notice-mail.ts';
import type { ComposedMail } from '../../activities/notify/composed-mail.ts';
import { composeDigest } from '../../activities/notify/digest/compose-digest.ts';
import { mimeFields } from '../../activities/notify/mime-fields.ts';
import type { Digest } from '../../activities/report/digest/digest.ts';
import { readDigest } from '../../activities/report/digest/read-digest.ts';
import { renderDigestHtml, renderDigestJson } from '../../activities/report/digest/render-digest.ts';
import { inSnapshot } from '../../activities/report/read-report.ts';
import { digestKey, reportFileKey, reportFileName, reportUrl } from '../../activities/report/report-files.ts';
import { writeReport } from '../../activities/report/write-report.ts';
import { type SampleDay, withSampleDay } from './sample-days.ts';

const BASE_URL = 'https://recon.example.com';
const SENT_AT = '2026-02-01T09:00:52Z';
// A workbook is bytes that nobody reads in a repository.
const REPORT_FILES = ['html', 'csv', 'json', 'completeness'] as const;

/** Writes every sample into the folder, which is made where it is missing. */
export async function writeSamples(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await withSampleDay(async (day) => {
    await writeReportFiles(day, folder);
    await writeRunMail(day, folder);
    await writeDigest(day, folder);
  });
}

async function writeReportFiles({ database, runId }: SampleDay, folder: string): Promise<void> {
  const written = await mkdtemp(join(tmpdir(), 'recon-sample-report-'));
  try {
    const files = await writeReport(database, runId, written);
    for (const format of REPORT_FILES) {
      const file = files.get(format);
      if (file === undefined) throw new TypeError(`no ${format} was written`);
      await writeFile(join(folder, reportFileName(format)), await readFile(file.path));
    }
  } finally {
    await rm(written, { recursive: true, force: true });
  }
}

async function writeRunMail({ database, runId }: SampleDay, folder: string): Promise<void> {
  const deps = { store: { locate: (key: string) => key }, baseUrl: BASE_URL };
  const { mail } = await composeMessage(database, deps, { kind: 'run_completed', runId, payload: '{}' });
  await writeMail(mail, 'run', join(folder, 'mail'));
}

async function writeDigest({ database, account, zone, date }: SampleDay, folder: string): Promise<void> {
  const addressOf = (key: string) => reportUrl(BASE_URL, reportFileKey(key, 'html'));
  const digest: Digest = await inSnapshot(database, (snapshot) =>
    readDigest(snapshot, { zone, date, accounts: [account], addressOf }),
  );
  const page = renderDigestHtml(digest);
  await writeFile(join(folder, 'digest.html'), page);
  await writeFile(join(folder, 'digest.json'), renderDigestJson(digest));
  const { notice } = composeDigest(digest, 'digest');
  const link = reportUrl(BASE_URL, digestKey(digest, hash('sha256', page, 'hex')));
  await writeMail(composeNoticeMail({ ...notice, link }), 'digest', join(folder, 'digest-mail'));
}

/** As it leaves, and its two parts as somebody sees them. */
async function writeMail(mail: ComposedMail, name: string, path: string): Promise<void> {
  const fields = mimeFields({
    ...mail,
    messageId: `<sample-${name}@recon>`,
    from: 'recon@example.com',
    to: ['ops@example.com'],
  });
  const dated = { ...fields, date: new Date(SENT_AT), baseBoundary: 'sample' };
  const { message } = await createTransport({ streamTransport: true, buffer: true, newline: 'unix' }).sendMail(dated);
  await writeFile(`${path}.eml`, message);
  await writeFile(`${path}.txt`, mail.text);
  await writeFile(`${path}.html`, mail.html);
}
