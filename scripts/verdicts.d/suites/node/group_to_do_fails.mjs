// A test fails in a group that is to do.
import assert from 'node:assert';
import { describe, it } from 'node:test';

describe('group', { todo: 'not written yet' }, () => {
  it('one', () => assert.ok(false));
  it('two', () => {});
});
