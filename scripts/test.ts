// npm test: everything. Real PostgreSQL, Temporal, S3, SMTP and Chromium; only the processors' APIs are emulated.
// --only unit|services|workflows|faults runs one suite.
import { staticChecks } from './static-checks.ts';
import { startSteps } from './steps.ts';
import { testFiles } from './test-files.ts';

const at = process.argv.indexOf('--only');
const only = at < 0 ? undefined : process.argv[at + 1];
const wanted = (suite: string) => only === undefined || only === suite;

const files = testFiles();
const steps = startSteps();
if (only === undefined) staticChecks(steps);
if (only !== 'unit') steps.script('local servers', 'scripts/prepare-servers.ts');
if (wanted('unit')) steps.jest('unit, property, replay and bundle tests', files.unit, { unit: true });
if (wanted('services')) steps.jest('services: database, sources, reports, mail, command line', files.services);
if (wanted('workflows')) steps.jest('workflows on a Temporal server', files.workflows);
if (wanted('faults')) steps.jest('faults', files.faults);
steps.finish();
