// A test that is to do has a subtest that fails.
import assert from 'node:assert';
import { test } from 'node:test';

test('outer', { todo: true }, async (t) => {
  await t.test('inner', () => assert.ok(false));
});
test('two', () => {});
