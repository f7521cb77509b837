// A test that is to do fails inside one that passes.
import assert from 'node:assert';
import { test } from 'node:test';

test('outer', async (t) => {
  await t.test('inner', { todo: true }, () => assert.ok(false));
  await t.test('other', () => {});
});
