import { parentPort } from 'node:worker_threads';

// cells of three, four and five users: what a worker dies of
parentPort.on('message', ({ set }) => {
  const count = set['users[0].count'];
  if (count === 3) process.exit(7);
  if (count === 4) {
    const held = [];
    for (;;) held.push(new Array(1000).fill(held.length));
  }
  if (count === 5) throw new Error('not today');
});
