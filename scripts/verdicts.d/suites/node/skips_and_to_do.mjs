// Tests are skipped, and tests that are to do pass and fail: neither fails the run.
import assert from 'node:assert';
import { test } from 'node:test';

test('one', { skip: 'not now' }, () => assert.ok(false));
test('two', (t) => t.skip('not here'));
test('three', { todo: 'not written yet' }, () => assert.ok(false));
test('four', { todo: true }, () => {});
test('five', (t) => { t.todo('later'); assert.ok(false); });
test('six', () => {});
