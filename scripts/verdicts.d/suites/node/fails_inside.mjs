// A test fails inside another one.
import assert from 'node:assert';
import { test } from 'node:test';

test('outer', async (t) => {
  await t.test('inner', async (t) => {
    await t.test('innermost', () => assert.ok(false));
  });
});
test('two', () => {});
