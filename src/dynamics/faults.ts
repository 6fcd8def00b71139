import type { Kernel, Nanoseconds } from '../kernel/index.ts';
import type { Fault } from '../model/index.ts';
import type { Outages } from './outages.ts';

/** What faults act on. */
export interface FaultTargets {
  readonly nodes: Outages;
  readonly links: Outages;
}

/**
 * Puts the faults of a scenario on the calendar. Faults of one node or link may overlap: it is whole again when the
 * last of them has ended. A fault without a duration lasts to the end of the run.
 */
export function scheduleFaults(kernel: Kernel, faults: readonly Fault[], targets: FaultTargets): void {
  const begin = kernel.on('fault.begin', (index) => {
    const fault = faults[index]!;
    if (fault.kind === 'crash') targets.nodes.begin(fault.node);
    else targets.links.begin(fault.link);
  });
  const end = kernel.on('fault.end', (index) => {
    const fault = faults[index]!;
    if (fault.kind === 'crash') targets.nodes.end(fault.node);
    else targets.links.end(fault.link);
  });
  for (const [index, { atNs, durationNs }] of faults.entries()) {
    kernel.at(atNs, begin, index);
    if (durationNs !== undefined) kernel.at((atNs + durationNs) as Nanoseconds, end, index);
  }
}
