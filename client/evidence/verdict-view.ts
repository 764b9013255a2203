// How a verdict on an evidence package is shown: the first bad file first, and what to compare where all is well. Pure.
import type { Manifest } from '../../activities/evidence/manifest.ts';
import type { PackageVerdict } from '../../activities/evidence/verify-package.ts';
import type { Palette } from '../terminal/palette.ts';

const FAULTS_SHOWN_MAX = 20;

export function renderVerdict(palette: Palette, folder: string, verdict: PackageVerdict): string {
  const { manifest, manifestSha256, faults } = verdict;
  const name = manifest === null ? folder : `${runName(manifest)} in ${folder}`;
  switch (verdict.verdict) {
    case 'intact':
      return [
        `${palette.good('intact')}  ${name}: ${manifest?.files.length ?? 0} files, each as it was sealed`,
        ...(manifest === null ? [] : contentLines(manifest)),
        `  manifest SHA-256 ${manifestSha256}`,
      ].join('\n');
    case 'broken':
      return [`${palette.bad('broken')}  ${name}`, ...faultLines(faults)].join('\n');
    case 'cannot':
      return [`${palette.warning('cannot be verified')}  ${name}`, ...faultLines(faults)].join('\n');
  }
}

function faultLines(faults: PackageVerdict['faults']): string[] {
  const shown = faults
    .slice(0, FAULTS_SHOWN_MAX)
    .map(({ file, problem }) => `  ${file === '.' ? 'the folder' : `${file}:`} ${problem}`);
  const more = faults.length - shown.length;
  return more > 0 ? [...shown, `  and ${more} more`] : shown;
}

function contentLines({ run, reports, history, audit }: Manifest): string[] {
  return [
    `  ${run.status}${run.outcome === null ? '' : `, ${run.outcome}`}, result ${run.resultDigest ?? 'none'}`,
    `  report ${REPORT_WORDS[reports]}; workflow history ${history === 'gone' ? 'was gone from Temporal already' : 'archived'}`,
    `  audit log ${auditWords(audit)}`,
  ];
}

const REPORT_WORDS: Readonly<Record<Manifest['reports'], string>> = {
  copied: 'copied, with the same result',
  none: 'none: the run did not complete',
  not_published: 'missing: it could not be published in time',
};

function auditWords(audit: Manifest['audit']): string {
  if (audit === null) return 'not kept by this database';
  if (audit.fromSeq === null) return 'says nothing of this run';
  return `rows ${audit.fromSeq} to ${audit.toSeq} of chain ${audit.chain}, unbroken`;
}

export function verdictOnTheWire({ verdict, manifest, manifestSha256, faults }: PackageVerdict) {
  return { verdict, manifestSha256, manifest, faults };
}

function runName({ run }: Manifest): string {
  return `${run.account}/${run.date}#${run.number}`;
}
