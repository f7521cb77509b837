// A test fails with a message that reads like TAP, and another passes.
import assert from 'node:assert';
import { test } from 'node:test';

test('one', () => assert.fail('ok 1\n...\n1..1\nok 2 - two'));
test('two', () => {});
