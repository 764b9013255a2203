// Verifies one file of a report, alone or against its run, and says each thing that was checked. Reads only.

import { errorCode } from '../../activities/fetch/request/error-code.ts';
import { isIntact, Unverifiable, type Verification } from '../../activities/report/verify/verification.ts';
import { verifyAgainstRun } from '../../activities/report/verify/verify-against-run.ts';
import { verifyFile } from '../../activities/report/verify/verify-file.ts';
import type { Handler } from '../action.ts';
import { CannotDo } from '../cannot-do.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import type { VerifyOptions } from '../reports.ts';
import { parseRunReference } from '../run-reference.ts';
import { UsageError } from '../usage-error.ts';
import { renderVerification, verificationJson } from './render-verification.ts';

export const verify: Handler<VerifyOptions> = async ({ context, operands, options, output }) => {
  const [file = ''] = operands;
  const alone = await readFile(file);
  const found = options.database === true ? await againstRun(context, alone) : alone;
  output.result(verificationJson(found), () => renderVerification(output.palette, found, options.database === true));
  return isIntact(found) ? EXIT.clean : EXIT.differences;
};

async function readFile(file: string): Promise<Verification> {
  try {
    return await verifyFile(file);
  } catch (error) {
    if (error instanceof Unverifiable) throw new CannotDo(error.message, { cause: error });
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'EISDIR') {
      throw new UsageError(`"${file}" is no file: give one of the files of a report`, { cause: error });
    }
    throw error;
  }
}

/** What a damaged file is about is not known: then the file's own checks say enough. */
async function againstRun(context: Context, alone: Verification): Promise<Verification> {
  if (alone.said === null) return alone;
  const { findRun } = await import('../find-run.ts');
  const database = await context.database();
  const { run } = await findRun(database, parseRunReference(alone.said.run));
  return { ...alone, checks: [...alone.checks, ...(await verifyAgainstRun(database, run.runId, alone.said))] };
}
