// A test takes longer than it may.
import { test } from 'node:test';

test('one', { timeout: 50 }, () => new Promise((done) => setTimeout(done, 2000)));
test('two', () => {});
