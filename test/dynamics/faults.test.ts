import { expect, test } from 'vitest';
import { Outages, scheduleFaults } from '../../src/dynamics/index.ts';
import { Kernel } from '../../src/kernel/index.ts';
import type { Fault } from '../../src/model/index.ts';

test('faults of one thing may overlap: it is whole again when the last has ended', () => {
  const kernel = new Kernel({ seed: 1 });
  const changes: string[] = [];
  const note = (kind: string) =>
    new Outages(5, (entity, up) => void changes.push(`${kernel.now} ${kind} ${entity} ${up ? 'up' : 'down'}`));
  const faults = [
    { atNs: 10, durationNs: 20, kind: 'crash', node: 3 },
    { atNs: 20, durationNs: 40, kind: 'crash', node: 3 },
    { atNs: 20, durationNs: 5, kind: 'cut', link: 3 },
    { atNs: 70, kind: 'cut', link: 4 },
  ] as unknown as Fault[];
  scheduleFaults(kernel, faults, { nodes: note('node'), links: note('link') });
  kernel.run();
  expect(changes).toEqual(['10 node 3 down', '20 link 3 down', '25 link 3 up', '60 node 3 up', '70 link 4 down']);
});
