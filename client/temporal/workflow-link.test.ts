import { expect, test } from '@jest/globals';
import { workflowLink } from './workflow-link.ts';

test('slashes of an id do not become parts of the address', () => {
  expect(
    workflowLink({ uiUrl: 'http://127.0.0.1:8233/', namespace: 'default' }, 'reconcile/stripe/us/2026-01-31', 'r1'),
  ).toBe('http://127.0.0.1:8233/namespaces/default/workflows/reconcile%2Fstripe%2Fus%2F2026-01-31/r1/history');
});

test('without an address of the UI there is no link', () => {
  expect(workflowLink({ uiUrl: undefined, namespace: 'default' }, 'x')).toBeNull();
});
