// A test that is over throws while the next one runs.
import { test } from 'node:test';

test('one', () => { setTimeout(() => { throw new Error('late'); }, 20); });
test('two', () => new Promise((done) => setTimeout(done, 100)));
