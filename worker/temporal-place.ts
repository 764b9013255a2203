// Decides which Temporal server a process talks to, and as whom. recon.yaml says where; the TEMPORAL_* variables of
// Temporal's own tools win, so that TLS, keys and profiles are configured once for all of them. Connects to nothing.
import type { ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { Environment, ReconConfig } from './config.ts';

export interface TemporalPlace {
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  /** Of the web UI; undefined where the configuration does not say. */
  readonly uiUrl: string | undefined;
  readonly login: Pick<ConnectionOptions, 'apiKey' | 'tls' | 'metadata'>;
}

export function temporalPlace(configured: ReconConfig['temporal'], environment: Environment): TemporalPlace {
  const { connectionOptions, namespace } = loadClientConnectConfig({
    overrideEnvVars: defined(environment),
    // A profile of somebody's home folder counts only where the environment names it.
    disableFile: environment.TEMPORAL_CONFIG_FILE === undefined && environment.TEMPORAL_PROFILE === undefined,
  });
  const { address, apiKey, tls, metadata } = connectionOptions;
  return {
    address: address ?? configured.address,
    namespace: namespace ?? configured.namespace,
    taskQueue: configured.taskQueue,
    uiUrl: configured.uiUrl,
    login: {
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(tls === undefined || tls === null ? {} : { tls }),
      ...(metadata === undefined ? {} : { metadata }),
    },
  };
}

function defined(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
