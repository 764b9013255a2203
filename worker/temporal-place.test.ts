import { expect, test } from '@jest/globals';
import { temporalPlace } from './temporal-place.ts';

const configured = { address: 'temporal.example:7233', namespace: 'recon', taskQueue: 'recon' };

test('the configuration says where Temporal is', () => {
  expect(temporalPlace(configured, {})).toMatchObject({ ...configured, uiUrl: undefined, login: {} });
});

test('the variables of Temporal’s own tools win', () => {
  const environment = { TEMPORAL_ADDRESS: '127.0.0.1:7000', TEMPORAL_NAMESPACE: 'other', TEMPORAL_API_KEY: 'key' };
  expect(temporalPlace(configured, environment)).toMatchObject({
    address: '127.0.0.1:7000',
    namespace: 'other',
    taskQueue: 'recon',
    login: { apiKey: 'key' },
  });
});
