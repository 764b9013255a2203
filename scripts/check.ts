// npm run check: everything that needs no server, in under a minute.
import { staticChecks } from './static-checks.ts';
import { startSteps } from './steps.ts';
import { testFiles } from './test-files.ts';

const steps = startSteps();
staticChecks(steps);
steps.jest('unit, property, replay and bundle tests', testFiles().unit, { unit: true });
steps.finish();
