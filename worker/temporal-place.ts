// Decides which Temporal server a process talks to, and as whom. recon.yaml says where; the TEMPORAL_* variables of
// Temporal's own tools win, so that TLS, keys and profiles are configured once for all of them. Connects to nothing.
import type { ConnectionOptions } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { type CodecKeysConfig, dataConverterOf } from './codec/data-converter.ts';
import type { Secret } from './secret.ts';
import type { Environment } from './secret-references.ts';

export interface TemporalConfig {
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly uiUrl?: string | undefined;
  readonly tls?: true | TlsConfig | undefined;
  readonly apiKey?: Secret | undefined;
  readonly codec?: CodecKeysConfig | undefined;
}

interface TlsConfig {
  readonly ca?: Secret | undefined;
  readonly cert?: Secret | undefined;
  readonly key?: Secret | undefined;
  readonly serverName?: string | undefined;
}

export interface TemporalPlace {
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  /** Of the web UI; undefined where the configuration does not say. */
  readonly uiUrl: string | undefined;
  readonly login: Pick<ConnectionOptions, 'apiKey' | 'tls' | 'metadata'>;
  /** undefined: payloads are kept as they are. */
  readonly dataConverter?: DataConverter | undefined;
}

export function temporalPlace(configured: TemporalConfig, environment: Environment): TemporalPlace {
  const { connectionOptions, namespace: named } = loadClientConnectConfig({
    overrideEnvVars: defined(environment),
    // A profile of somebody's home folder counts only where the environment names it.
    disableFile: environment.TEMPORAL_CONFIG_FILE === undefined && environment.TEMPORAL_PROFILE === undefined,
  });
  const { address, metadata } = connectionOptions;
  const apiKey = connectionOptions.apiKey ?? renewed(configured.apiKey);
  const tls = connectionOptions.tls ?? tlsOf(configured.tls);
  const namespace = named ?? configured.namespace;
  return {
    address: address ?? configured.address,
    namespace,
    taskQueue: configured.taskQueue,
    uiUrl: configured.uiUrl,
    login: {
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(tls === undefined ? {} : { tls }),
      ...(metadata === undefined ? {} : { metadata }),
    },
    ...(configured.codec === undefined ? {} : { dataConverter: dataConverterOf(configured.codec, namespace) }),
  };
}

/** Asked with each request: gives the key that is known, and has it fetched again where it is five minutes old. */
function renewed(apiKey: Secret | undefined): (() => string) | undefined {
  if (apiKey === undefined) return undefined;
  return () => {
    void apiKey.current();
    return apiKey.reveal();
  };
}

function tlsOf(tls: TemporalConfig['tls']): ConnectionOptions['tls'] {
  if (tls === undefined || tls === true) return tls;
  const { ca, cert, key, serverName } = tls;
  return {
    ...(ca === undefined ? {} : { serverRootCACertificate: bytes(ca) }),
    ...(cert === undefined || key === undefined ? {} : { clientCertPair: { crt: bytes(cert), key: bytes(key) } }),
    ...(serverName === undefined ? {} : { serverNameOverride: serverName }),
  };
}

function bytes(secret: Secret): Uint8Array {
  return Buffer.from(secret.reveal());
}

function defined(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
