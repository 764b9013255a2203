// Where tests keep the compiled workflows: in the cache that every clone of the project shares.
import { join } from 'node:path';
import { cacheFolder } from '../local/cache-folder.ts';
import { hostEnvironment } from '../local/host-environment.ts';

export const BUNDLE_FOLDER = join(cacheFolder(hostEnvironment()), 'workflow-bundles');
