// The grammar of the `recon` command (design section 10): global options, and each command from its own file.
import { Command } from 'commander';
import { registerAccess } from './access.ts';
import { registerAudit } from './audit.ts';
import { registerBackfill } from './backfill.ts';
import type { ClientIo } from './client-io.ts';
import { registerCodec } from './codec.ts';
import { registerDemo, registerDev } from './demo.ts';
import { registerDiscrepancies } from './discrepancies.ts';
import { registerDoctor } from './doctor.ts';
import { registerEvidence } from './evidence.ts';
import { TYPED_AS } from './help-examples.ts';
import { registerHold } from './hold.ts';
import { registerMapping } from './mapping.ts';
import { registerPeriods } from './periods.ts';
import { registerPurge } from './purge.ts';
import { registerReplay } from './replay.ts';
import { registerReports } from './reports.ts';
import { registerRetry } from './retry.ts';
import { registerRules } from './rules.ts';
import { registerRun } from './run.ts';
import { registerRuns } from './runs.ts';
import { registerSchedule } from './schedule.ts';
import { registerSetup } from './setup.ts';
import { registerStatus } from './status.ts';
import { registerTry } from './try.ts';
import { registerWatchdog } from './watchdog.ts';

type Register = (program: Command, io: ClientIo) => void;

const COMMANDS: readonly Register[] = [
  registerSetup,
  registerDoctor,
  registerSchedule,
  registerStatus,
  registerRun,
  registerRetry,
  registerBackfill,
  registerRuns,
  registerDiscrepancies,
  registerPeriods,
  registerAccess,
  registerReports,
  registerReplay,
  registerWatchdog,
  registerAudit,
  registerEvidence,
  registerCodec,
  registerHold,
  registerPurge,
  registerMapping,
  registerRules,
  registerTry,
  registerDemo,
  registerDev,
];

export function createProgram(io: ClientIo): Command {
  const program = new Command()
    .name(TYPED_AS)
    .description('Reconciles what payment processors say with what your own records say, every day, to the cent.')
    .option('--config <file>', 'configuration (default: RECON_CONFIG, else recon.yaml)')
    .option('--json', 'print one JSON object on stdout, and nothing else there')
    .option('--debug', 'show where an error comes from')
    .exitOverride()
    .configureOutput({ writeOut: (text) => void io.stdout.write(text), writeErr: (text) => void io.stderr.write(text) })
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('Add --help to see what it takes, with examples.')
    .addHelpText('after', EXIT_CODES);
  for (const register of COMMANDS) register(program, io);
  return program;
}

const EXIT_CODES = `
RUN is account/date#number, such as stripe/us/2026-01-31#2; without #2 it is the latest run of that day.

Exit codes:
  0  clean, or done as asked
  1  differences were found
  2  what was typed cannot be done as typed
  3  failed, or cannot be verified
  4  inconclusive: a side has not delivered the whole day
`;
