// Passing and failing tests with strange names.
import assert from 'node:assert';
import { test } from 'node:test';

test('42', () => {});
test('# SKIP', () => {});
test('first line\nnot ok 2 - second line', () => {});
test('# TODO later', () => assert.ok(false));
