// Gets what the local servers need into the cache folder before any test's clock runs: the Temporal server (built from Go
// where it cannot be downloaded, minutes the first time) and moto. Says what it does; does nothing the second time.
import { hostEnvironment } from '../local/host-environment.ts';
import { startMoto } from '../local/moto.ts';
import { findTemporal } from '../local/temporal-binary.ts';

const environment = hostEnvironment();
const onProgress = (message: string) => void process.stderr.write(`${message}\n`);
await findTemporal({ environment, onProgress });
await (await startMoto({ environment, onProgress })).stop();
