import { expect, test } from '@jest/globals';
import { monitoringSchema, placeText } from './monitoring-config.ts';

test('nothing listens where the configuration says nothing', () => {
  expect(monitoringSchema.parse(undefined)).toBeUndefined();
});

test.each([
  ['127.0.0.1:9464', { host: '127.0.0.1', port: 9464 }],
  ['worker.internal:1', { host: 'worker.internal', port: 1 }],
  ['[::1]:65535', { host: '::1', port: 65_535 }],
])('%s is a host and a port, and is written again as it was', (listen, place) => {
  expect(monitoringSchema.parse({ listen })?.listen).toEqual(place);
  expect(placeText(place)).toBe(listen);
});

test.each(['9464', '127.0.0.1', '127.0.0.1:0', '127.0.0.1:65536', '::1:9464', 'http://a:1'])(
  '%s is refused',
  (listen) => {
    expect(monitoringSchema.safeParse({ listen }).error?.issues[0]?.message).toBe(
      `"${listen}" is not of the form 127.0.0.1:9464`,
    );
  },
);
