import { parseDuration, type Maintenance, type NodeId } from '../../model/index.ts';
import type { Build } from './build.ts';
import type { Infrastructure } from './infrastructure.ts';

const actions = ['cordon', 'drain', 'uncordon'] as const;

/** What administrators do to nodes, in the order of the scenario. */
export function readMaintenance(build: Build, { nodeNames }: Pick<Infrastructure, 'nodeNames'>): Maintenance[] {
  const { spec } = build.scenario;
  const found: Maintenance[] = [];
  for (const [entry, path] of build.readable(spec.maintenance, 'spec', 'maintenance')) {
    const stated = actions.filter((action) => entry[action] !== undefined);
    if (stated.length !== 1) {
      const what =
        stated.length === 0 ? 'none of "cordon", "drain", "uncordon"' : `both "${stated[0]}" and "${stated[1]}"`;
      build.entryProblem(path, what, { expected: 'exactly one of them, such as drain: NODE' });
      continue;
    }
    const action = stated[0]!;
    const written = entry[action]!;
    const names =
      typeof written === 'string'
        ? [[written, [...path, action]] as const]
        : written.map((name, index) => [name, [...path, action, index]] as const);
    const nodes = names.map(([name, at]) => build.resolve(nodeNames, name, at));
    if (entry.force && action !== 'drain') build.warn([...path, 'force'], `without effect beside "${action}"`);
    const atNs = parseDuration(entry.at);
    if (!build.isBroken('spec', 'duration') && atNs >= parseDuration(spec.duration)) {
      build.warn([...path, 'at'], 'it happens after the end of the simulation');
    }
    found.push({ atNs, action, nodes: nodes.filter((node): node is NodeId => node !== undefined), force: entry.force });
  }
  build.checkNames(spec.maintenance, ['spec', 'maintenance'], {
    cordon: nodeNames,
    drain: nodeNames,
    uncordon: nodeNames,
  });
  return found;
}
