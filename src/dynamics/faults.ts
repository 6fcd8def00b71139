import type { Kernel, Nanoseconds } from '../kernel/index.ts';
import type { Fault, LinkId, NodeId } from '../model/index.ts';

/** What faults act on. */
export interface FaultTargets {
  setNodeUp(node: NodeId, up: boolean): void;
  setLinkUp(link: LinkId, up: boolean): void;
}

/**
 * Puts the faults of a scenario on the calendar. Faults of one node or link may overlap: it is whole again when the
 * last of them has ended. A fault without a duration lasts to the end of the run.
 */
export function scheduleFaults(kernel: Kernel, faults: readonly Fault[], targets: FaultTargets): void {
  const broken = new Map<string, number>();

  function change(fault: Fault, by: 1 | -1): void {
    const key = fault.kind === 'crash' ? `node ${fault.node}` : `link ${fault.link}`;
    const before = broken.get(key) ?? 0;
    const after = before + by;
    broken.set(key, after);
    if (before > 0 && after > 0) return;
    if (fault.kind === 'crash') targets.setNodeUp(fault.node, after === 0);
    else targets.setLinkUp(fault.link, after === 0);
  }

  const begin = kernel.on('fault.begin', (index) => change(faults[index]!, 1));
  const end = kernel.on('fault.end', (index) => change(faults[index]!, -1));
  for (const [index, { atNs, durationNs }] of faults.entries()) {
    kernel.at(atNs, begin, index);
    if (durationNs !== undefined) kernel.at((atNs + durationNs) as Nanoseconds, end, index);
  }
}
