import { expect, test } from '@jest/globals';
import { remarkOn } from './render-access.ts';

test.each([
  [['operator'], ['operator'], ''],
  [['operator'], ['operator', 'approver'], 'granted approver past recon access add'],
  [['operator'], [], 'entered as operator, which the login is not'],
  [null, ['approver'], 'not entered: may not act, though the role was granted'],
  [null, ['worker'], ''],
])('entered as %p and granted %p', (entered, granted, remark) => {
  expect(remarkOn({ entered, granted })).toBe(remark);
});
