// Ends what jest-global-setup.ts started.
export { stopSharedDatabase as default } from './jest-global-setup.ts';
