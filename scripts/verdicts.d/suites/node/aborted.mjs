// A test is aborted by a signal.
import { test } from 'node:test';

test('one', { signal: AbortSignal.timeout(30) }, () => new Promise((done) => setTimeout(done, 1000)));
test('two', () => {});
