// A promise is rejected that nobody waits for.
import { test } from 'node:test';

test('one', () => { Promise.reject(new Error('late')); });
test('two', () => new Promise((done) => setTimeout(done, 50)));
