import { Kernel, MAX_TIME_NS, type Nanoseconds } from '../../src/kernel/index.ts';
import { Flows } from '../../src/dynamics/network/index.ts';

/** Flows over given routes, with the times at which another simulator ended them. */
export interface RecordedCase {
  /** Capacity by link, byte/s. */
  readonly links: readonly number[];
  /** Links by route. */
  readonly routes: readonly (readonly number[])[];
  /** Route, start in s, size in byte, recorded end in s. */
  readonly flows: readonly (readonly [route: number, startS: number, bytes: number, endS: number])[];
}

/** Runs the flows and returns when each ends, in s. */
export function replayFlows({ links, routes, flows }: RecordedCase): Float64Array {
  const kernel = new Kernel({ seed: 0 });
  const ends = new Float64Array(flows.length).fill(NaN);
  const sharing = new Flows(
    kernel,
    links.map((bytesPerSecond) => bytesPerSecond * 8),
    Int32Array.from(links.keys()),
    (flow) => (ends[flow] = kernel.now / 1e9),
  );
  const start = kernel.on('parity.start', (flow) => {
    const [route, , bytes] = flows[flow]!;
    const path = routes[route]!;
    if (path.length === 0 || bytes === 0) ends[flow] = kernel.now / 1e9;
    else sharing.start(path, path.length, bytes, flow);
  });
  for (const [flow, [, startS]] of flows.entries()) {
    kernel.at(Math.round(startS * 1e9) as Nanoseconds, start, flow);
  }
  kernel.run({ until: MAX_TIME_NS });
  return ends;
}
