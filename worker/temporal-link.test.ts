// The link to Temporal as recon.yaml configures it, on a real server behind a gateway that ends TLS: clients and workers alike.
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { NativeConnection, type NativeConnectionOptions } from '@temporalio/worker';
import { openTemporal } from '../client/temporal/open-temporal.ts';
import {
  type Certificate,
  makeAuthority,
  makeClientCertificate,
  makeServerCertificate,
} from '../local/certificates-for-tests.ts';
import { type Gateway, type GatewayOptions, startGateway } from '../local/temporal-gateway-for-tests.ts';
import { type LocalTemporal, startTemporalServer } from '../local/temporal-server.ts';
import { Secret } from './secret.ts';
import { type TemporalConfig, temporalPlace } from './temporal-place.ts';

let temporal: LocalTemporal;
let authority: Certificate;
let server: Certificate;
let ours: Certificate;
let stranger: Certificate;
let gateway: Gateway | undefined;
beforeAll(async () => {
  temporal = await startTemporalServer({ ui: false });
  authority = await makeAuthority('our authority');
  server = await makeServerCertificate(authority, 'localhost');
  ours = await makeClientCertificate(authority, 'recon worker');
  stranger = await makeClientCertificate(await makeAuthority('another authority'), 'recon worker');
});
afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
});
afterAll(() => temporal?.stop());

async function behind(options: Partial<GatewayOptions>): Promise<Omit<TemporalConfig, 'tls'>> {
  gateway = await startGateway({ address: temporal.address, certificate: server, ...options });
  return { address: `localhost:${gateway.port}`, namespace: 'default', taskQueue: 'recon' };
}

const trusted = () => ({ ca: new Secret(authority.cert) });
const asClient = (who: Certificate) => ({ ...trusted(), cert: new Secret(who.cert), key: new Secret(who.key) });

/** Both ways to Temporal: what the server says of its namespaces. */
async function reach(config: TemporalConfig): Promise<void> {
  const place = temporalPlace(config, {});
  const { client, connection } = await openTemporal(place);
  try {
    await client.workflowService.describeNamespace({ namespace: place.namespace });
  } finally {
    await connection.close();
  }
  const { apiKey, ...login } = place.login;
  const native = await NativeConnection.connect({
    ...(login as NativeConnectionOptions),
    ...(typeof apiKey === 'function' ? { apiKey: apiKey() } : {}),
    address: place.address,
  });
  try {
    await native.workflowService.describeNamespace({ namespace: place.namespace });
  } finally {
    await native.close();
  }
}

test('an encrypted link to the server that the authority knows, with our own certificate', async () => {
  const config = await behind({ clientAuthority: authority.cert });
  await reach({ ...config, tls: asClient(ours) });
});

test('without a certificate, or with one of a stranger, nobody comes in', async () => {
  const config = await behind({ clientAuthority: authority.cert });
  await expect(reach({ ...config, tls: trusted() })).rejects.toThrow('no Temporal server answers');
  await expect(reach({ ...config, tls: asClient(stranger) })).rejects.toThrow('no Temporal server answers');
});

test('a server of another authority, of another name, or one that is spoken to in plain, is not believed', async () => {
  const config = await behind({});
  await reach({ ...config, tls: trusted() });
  await expect(reach({ ...config, tls: true })).rejects.toThrow('no Temporal server answers');
  const elsewhere = { ...trusted(), serverName: 'temporal.example.com' };
  await expect(reach({ ...config, tls: elsewhere })).rejects.toThrow('no Temporal server answers');
  await expect(reach(config)).rejects.toThrow('no Temporal server answers');
});

test('a key that was rotated is taken up with the next request, without a new connection', async () => {
  let key = 'first';
  const config = await behind({ apiKey: () => key });
  const apiKey = new Secret(key, async () => key);
  await reach({ ...config, tls: trusted(), apiKey });
  const { client, connection } = await openTemporal(temporalPlace({ ...config, tls: trusted(), apiKey }, {}));
  try {
    key = 'second';
    await expect(client.workflowService.describeNamespace({ namespace: 'default' })).rejects.toMatchObject({
      code: 16,
    });
    await apiKey.current({ fresh: true });
    await client.workflowService.describeNamespace({ namespace: 'default' });
  } finally {
    await connection.close();
  }
});
