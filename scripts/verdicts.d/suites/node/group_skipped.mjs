// A group is skipped whose tests would fail.
import assert from 'node:assert';
import { describe, it } from 'node:test';

describe('group', { skip: 'not now' }, () => {
  it('one', () => assert.ok(false));
});
it('two', () => {});
