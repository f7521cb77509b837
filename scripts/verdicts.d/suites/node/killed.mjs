// The process is killed in a test.
import { test } from 'node:test';

test('one', () => {});
test('two', async () => {
  await new Promise((done) => setTimeout(done, 50));
  process.kill(process.pid, 'SIGKILL');
});
