import { parentPort } from 'node:worker_threads';

// cells of three and four users: what a worker dies of
parentPort.on('message', ({ set }) => {
  const count = set['users[0].count'];
  if (count === 3) process.exit(7);
  if (count === 4) {
    const held = [];
    for (;;) held.push(Array.from({ length: 1000 }, () => held.length));
  }
});
