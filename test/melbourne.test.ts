import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTable } from '../src/results/index.ts';
import { simulate } from '../src/simulate.ts';

const data = '../shared/data';

// real data that is no part of the project: there on its own machines, skipped elsewhere
test.skipIf(!existsSync(data))(
  '125 sites and 816 users of Melbourne run the published Bookinfo for ten minutes',
  async () => {
    const out = mkdtempSync(join(tmpdir(), 'codeco-sim-melbourne-'));
    try {
      const { world, measures, placement } = simulate('test/scenarios/melbourne.yaml', { allow: [data], out });
      expect(world.nodes.filter(({ name }) => name.startsWith('site-')).length).toBe(125);
      expect(world.users.length).toBe(816);
      expect(world.services.map(({ name }) => name)).toEqual([
        'details',
        'ratings',
        'reviews-v1',
        'reviews-v2',
        'reviews-v3',
        'productpage',
      ]);
      expect(placement.every(({ node }) => node !== undefined)).toBe(true);
      // 816 users at 0.1/s for 570 s: a Poisson count of mean 46,512 and standard deviation 216
      expect(Math.abs(measures.requests_sent - 46_512)).toBeLessThan(5 * 216);
      expect(measures.requests_succeeded / measures.requests_sent).toBeGreaterThan(0.99);
      // productpage, reviews-v1, ratings and details: at least 12 ms of CPU (ratings takes the default 5 ms)
      expect(measures.latency_p50_ns!).toBeGreaterThan(17e6);
      const pods = await readTable(out, 'pods');
      expect(pods.numRows).toBe(6);
    } finally {
      rmSync(out, { recursive: true });
    }
  },
);
